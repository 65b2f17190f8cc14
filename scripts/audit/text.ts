/** A report of the audit, for people. */
import type { AuditReport } from '@reelbanana/ledger-firestore/audit';
import { plainTable } from '../stack/phases.ts';

/** @param seconds how long this run took */
export function reportText(report: AuditReport, withCheckpoints: boolean, seconds: number): string {
  const { runId, env, wallets, entries, checkpointsWritten, findings, findingsTotal, finishedAt } = report;
  const facts = plainTable(['audit', runId], ['left', 'right']);
  facts.push(
    ['database', env],
    ['wallets', wallets],
    ['entries', entries],
    ['seconds', seconds.toFixed(1)],
    ['checkpoints', withCheckpoints ? `${checkpointsWritten} new` : 'not looked at'],
    ['findings', findingsTotal],
  );
  const lines = [facts.toString()];
  if (findings.length > 0) {
    const table = plainTable(['wallet', 'seq', 'invariant', 'what is wrong'], ['left', 'right']);
    for (const { walletId, seq, invariant, detail } of findings) table.push([walletId, seq ?? '', invariant, detail]);
    lines.push(table.toString());
  }
  if (findingsTotal > findings.length) lines.push(`and ${findingsTotal - findings.length} more`);
  if (finishedAt === undefined) lines.push('There is more to look at: npm run audit -- --resume, with the same flags.');
  return lines.join('\n');
}
