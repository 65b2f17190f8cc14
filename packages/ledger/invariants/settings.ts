// Settings: whose they are, and whether what follows obeys them.
import type { Fold } from './fold.ts';
import type { Report } from './safely.ts';
import type { EntryBody } from '../types.ts';

const STATUSES: readonly (string | undefined)[] = [undefined, 'active', 'frozen'];

/** What an administrator has set is obeyed: by a charge what is in force at its reserve, or at the deduct itself. */
export function checkSettings({ settings, holds, ended }: Fold, body: EntryBody, report: Report): void {
  const { type, holdId, unmetered, configure } = body;
  const isNew = type === 'reserve' || type === 'deduct';
  if (settings.status === 'frozen' && (isNew || type === 'extend')) report('settings', `a ${type} of a frozen wallet`);
  if (isNew && settings.unmetered !== (unmetered ?? false)) report('settings', 'is metered otherwise than the wallet');
  if (type === 'settle' || type === 'lateSettle') {
    const opened = type === 'settle' ? holds.get(holdId ?? '')?.opened : ended.get(holdId ?? '')?.opened;
    if (opened?.unmetered !== unmetered) report('settings', 'is metered otherwise than its hold');
  }
  if (unmetered && body.shortfall !== undefined) report('amount', 'lets go what is waived');
  if (type !== 'configure') return;
  if (body.actor.kind !== 'admin') report('settings', `are changed by ${body.actor.kind}`);
  if (Object.keys(configure ?? {}).length === 0) report('settings', 'change nothing');
  if ((configure?.overdraftLimit ?? 0) < 0) report('settings', 'the limit is negative');
  if (Object.values(configure?.caps ?? {}).some((cap) => cap < 0)) report('settings', 'a cap is negative');
  if (!STATUSES.includes(configure?.status)) report('settings', 'the status is unknown');
}
