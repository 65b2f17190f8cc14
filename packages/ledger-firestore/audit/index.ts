// The integrity audit (README.md): what is stored, judged by the invariants and by what was signed.
import { openDatabase, type DatabaseName } from '../firestore/client.ts';
import { AuditReports } from './reports.ts';
import { AuditSource } from './source.ts';

export { checkpointSigner, keyRing, signatureProblem } from './checkpoint.ts';
export type { Checkpoint, CheckpointFacts, CheckpointSigner, KeyRing } from './checkpoint.ts';
export { CheckpointConflict, folderCheckpoints } from './checkpoints.ts';
export type { CheckpointStore } from './checkpoints.ts';
export { cloudCheckpoints } from './cloud-checkpoints.ts';
export type { AuditInvariant, AuditReport, Finding } from './report.ts';
export { AuditReports } from './reports.ts';
export { runAudit } from './run.ts';
export type { AuditLimits, AuditOptions } from './run.ts';
export { AuditSource } from './source.ts';

/** What an audit of a database needs of it. */
export function openAudit(name: DatabaseName) {
  const db = openDatabase(name);
  return {
    env: `${name.projectId}/${name.databaseId}`,
    source: new AuditSource(db),
    reports: new AuditReports(db),
    close: () => db.terminate(),
  };
}
