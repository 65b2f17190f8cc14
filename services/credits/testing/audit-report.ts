/** What an audit that found something left behind. */
import type { AuditReport } from '@reelbanana/ledger-firestore/audit';

const startedAt = Date.UTC(2026, 5, 1, 2);

export const auditReport: AuditReport = {
  v: 1,
  runId: '20260601T020000Z-0f3a9c11',
  env: 'test/(default)',
  startedAt,
  updatedAt: startedAt + 60_000,
  finishedAt: startedAt + 60_000,
  wallets: 12,
  entries: 3_400,
  checkpointsWritten: 11,
  findings: [
    { walletId: 'wada', invariant: 'checkpoint', detail: 'the wallet ends at seq 3: entries were cut off', seq: 5 },
    { walletId: 'weve', invariant: 'missing', detail: 'user eve is linked to it, and it is not there' },
  ],
  findingsTotal: 2,
};
