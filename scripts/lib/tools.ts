// What scripts/bootstrap.mjs found or made on this machine, for the scripts and tests that run the tools.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The repository's root. */
export const repositoryRoot: string = join(import.meta.dirname, '..', '..');

const FOUND_FILE = join(repositoryRoot, '.tools', 'found.json');

export interface Tools {
  /** Node >= 22.18, which runs our TypeScript without a build. */
  readonly node: string;
  /** Java >= 17, for the Firestore emulator. */
  readonly java: string;
  /** Google's cloud-firestore-emulator.jar. */
  readonly firestoreEmulatorJar: string;
  /** The bundled Firebase Auth emulator (.cjs). */
  readonly authEmulator: string;
  /** The Pulumi command line. */
  readonly pulumi: string;
  readonly k6: string;
}

/** Per tool: its name for people, and the command after which it is there. */
const DESCRIPTIONS: Record<keyof Tools, { name: string; remedy: string }> = {
  node: { name: 'Node >= 22.18', remedy: 'run `npm run doctor`' },
  java: { name: 'Java >= 17', remedy: 'install a JDK or JRE 17 or later, then run `npm run doctor`' },
  firestoreEmulatorJar: {
    name: "Google's Firestore emulator",
    remedy:
      'run `gcloud components install cloud-firestore-emulator` or set FIRESTORE_EMULATOR_JAR, then run `npm test -- emulator`',
  },
  authEmulator: { name: 'the Firebase Auth emulator', remedy: 'run `node scripts/bootstrap.mjs setup`' },
  pulumi: { name: 'the Pulumi CLI', remedy: 'run `node scripts/bootstrap.mjs setup`' },
  k6: { name: 'k6', remedy: 'run `node scripts/bootstrap.mjs setup`' },
};

/** A tool was not found by the last bootstrap, or has gone since. A mistake of the set-up, not of the code. */
export class ToolMissing extends Error {
  override name = 'ToolMissing';
}

/**
 * The tools by name, as absolute paths. Reading a property of a tool that is not there throws ToolMissing, which names it
 * and says how to get it; so a script only needs what it uses.
 */
export function foundTools(foundFile: string = FOUND_FILE): Tools {
  const paths = readFound(foundFile);
  const path = (tool: keyof Tools): string => {
    const found = paths[tool];
    const { name, remedy } = DESCRIPTIONS[tool];
    if (typeof found !== 'string') throw new ToolMissing(`${name} was not set up: ${remedy}`);
    if (!existsSync(found)) throw new ToolMissing(`${name} is no longer at ${found}: ${remedy}`);
    return found;
  };
  return {
    get node() {
      return path('node');
    },
    get java() {
      return path('java');
    },
    get firestoreEmulatorJar() {
      return path('firestoreEmulatorJar');
    },
    get authEmulator() {
      return path('authEmulator');
    },
    get pulumi() {
      return path('pulumi');
    },
    get k6() {
      return path('k6');
    },
  };
}

function readFound(foundFile: string): Record<string, unknown> {
  if (!existsSync(foundFile)) return {};
  const parsed: unknown = JSON.parse(readFileSync(foundFile, 'utf8'));
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
