// Security rules into the Firestore emulator.
import { InvalidArgument } from './errors.ts';
import type { FirestoreAdmin } from './types.ts';

interface Issue {
  readonly severity?: string;
  readonly description?: string;
  readonly sourcePosition?: { readonly line?: number; readonly column?: number };
}

/** A syntax error is a 400, but an unknown function is a 200 with `issues`: both are refusals here. */
export function createFirestoreAdmin(host: string, projectId: string): FirestoreAdmin {
  return {
    setRules: async (databaseId, source) => {
      const response = await fetch(`http://${host}/emulator/v1/projects/${projectId}:securityRules`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ rules: { files: [{ name: 'firestore.rules', content: source }] } }),
        signal: AbortSignal.timeout(30_000),
      });
      const body = (await response.json()) as { issues?: Issue[]; error?: { message?: string } };
      const issues = (body.issues ?? []).map(
        (i) =>
          `line ${i.sourcePosition?.line ?? '?'}, column ${i.sourcePosition?.column ?? '?'}: ${i.description ?? i.severity}`,
      );
      if (!response.ok) issues.unshift(body.error?.message ?? `the emulator answered ${response.status}`);
      if (issues.length > 0)
        throw new InvalidArgument(`security rules of database ${databaseId}:\n${issues.join('\n')}`);
    },
  };
}
