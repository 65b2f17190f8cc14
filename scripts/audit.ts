/**
 * `npm run audit -- [--project P [--database D]] [--checkpoints FOLDER | gs://BUCKET] [--signing-key FILE]
 * [--public-key FILE]... [--former-env ENV]... [--wallets N] [--resume] [--json]`: the integrity audit of the running stack,
 * or of a project with the caller's own Google credentials. Keys are PEM files (`openssl genpkey -algorithm ed25519`).
 * Writes the report that GET /v1/admin/audit shows. Exit 0 when nothing is wrong, 1 for findings, 2 for a wrong call,
 * 130 when it was interrupted: `--resume` goes on.
 */
import { Storage } from '@google-cloud/storage';
import {
  checkpointSigner,
  cloudCheckpoints,
  folderCheckpoints,
  keyRing,
  openAudit,
  runAudit,
  type AuditOptions,
  type AuditReport,
  type CheckpointStore,
} from '@reelbanana/ledger-firestore/audit';
import { readAuditCall, type AuditCall } from './audit/call.ts';
import { reportText } from './audit/text.ts';
import { runScript } from './lib/script.ts';
import { readStack } from './stack/stack-file.ts';
import { atEmulator } from './stack/stored.ts';

async function audit(args: readonly string[], signal: AbortSignal): Promise<number> {
  const call = readAuditCall(args);
  if (call.project !== undefined)
    return auditDatabase(call, { projectId: call.project, databaseId: call.database }, signal);
  const { firestore } = await readStack();
  return atEmulator(firestore.host, () => auditDatabase(call, firestore, signal));
}

async function auditDatabase(
  call: AuditCall,
  name: { readonly projectId: string; readonly databaseId: string },
  signal: AbortSignal,
): Promise<number> {
  const { env, source, reports, close } = openAudit(name);
  const begunMs = performance.now();
  try {
    const left = call.resume ? await reports.latest() : null;
    const goesOn = left !== null && left.finishedAt === undefined && left.env === env;
    if (call.resume && !goesOn) console.error('nothing was left unfinished: a new audit begins');
    const report = await runAudit({
      env,
      source,
      formerEnvs: call.formerEnvs,
      now: Date.now,
      signal,
      limits: { idsMax: call.wallets },
      save: async (saved) => {
        await reports.save(saved);
        showProgress(saved);
      },
      ...checkpointsOf(call, name.projectId),
      ...(goesOn ? { resume: left } : {}),
    });
    const seconds = (performance.now() - begunMs) / 1_000;
    console.log(call.json ? JSON.stringify(report, null, 2) : reportText(report, call.checkpoints !== null, seconds));
    if (report.findingsTotal > 0) return 1;
    return signal.aborted ? 130 : 0;
  } finally {
    await close();
  }
}

function checkpointsOf(
  { checkpoints, signingKey, publicKeys }: AuditCall,
  projectId: string,
): Pick<AuditOptions, 'checkpoints' | 'signer' | 'keys'> {
  if (checkpoints === null) return { keys: keyRing([]) };
  const signer = signingKey === null ? null : checkpointSigner(signingKey);
  const keys = keyRing([...publicKeys, ...(signer === null ? [] : [signer.publicKey])]);
  return { checkpoints: openCheckpoints(checkpoints, projectId), keys, ...(signer === null ? {} : { signer }) };
}

function openCheckpoints(where: string, projectId: string): CheckpointStore {
  const bucket = /^gs:\/\/([^/]+)$/.exec(where)?.[1];
  return bucket === undefined ? folderCheckpoints(where) : cloudCheckpoints(new Storage({ projectId }).bucket(bucket));
}

/** For people, so not among what `--json` prints. */
function showProgress({ wallets, entries, findingsTotal, cursor }: AuditReport): void {
  console.error(`${wallets} wallets, ${entries} entries, ${findingsTotal} findings${cursor ? `, at ${cursor}` : ''}`);
}

await runScript('audit', import.meta, audit);
