// Where reports are kept: `audits/{runId}`, and the one that was written last as `audits/latest`. The only file that
// writes this collection; clients reach none of it.
import type { Firestore } from '@google-cloud/firestore';
import { readDeadlineMs, reading } from '../firestore/deadline.ts';
import { collections } from '../firestore/paths.ts';
import type { AuditReport } from './report.ts';

const latest = 'latest';

export class AuditReports {
  readonly #db: Firestore;

  constructor(db: Firestore) {
    this.#db = db;
  }

  /** Both documents in one commit. A run that goes on replaces its own report. @throws StoreUnavailable */
  async save(report: AuditReport): Promise<void> {
    const audits = this.#db.collection(collections.audits);
    const batch = this.#db.batch().set(audits.doc(report.runId), report).set(audits.doc(latest), report);
    // Set again it is the same, so a commit of it fails as a reading does.
    await reading(batch.commit(), readDeadlineMs);
  }

  /** What was written last, finished or under way; null before the first audit. @throws StoreUnavailable */
  async latest(): Promise<AuditReport | null> {
    const document = await reading(this.#db.collection(collections.audits).doc(latest).get(), readDeadlineMs);
    return (document.data() as AuditReport | undefined) ?? null;
  }
}
