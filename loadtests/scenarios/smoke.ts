/** smoke: every call of the deduction path once an iteration, at a gentle rate: is it alive, is it right? */
import exec from 'k6/execution';
import { deduct, readWallet, release, replay, reserve, settle } from '../lib/credits.ts';
import { constantRate } from '../lib/options.ts';
import { operation, runId, wallets } from '../lib/run.ts';

export { handleSummary } from '../lib/summary.ts';
export const options = constantRate();

const narration = operation('narration');

export default function smoke(): void {
  const n = exec.scenario.iterationInTest;
  const { walletId } = wallets[n % wallets.length]!;
  const key = (command: string): string => `${runId}-${n}-${command}`;

  const first = deduct(walletId, key('deduct'), narration.id, narration.params);
  if (first.status === 201) replay(first, walletId, key('deduct'), narration.id, narration.params);
  const worked = reserve(walletId, key('work'), narration.id, narration.params);
  if (worked !== null) settle(walletId, worked, key('settle'), narration.credits);
  const failed = reserve(walletId, key('fail'), narration.id, narration.params);
  if (failed !== null) release(walletId, failed, key('release'));
  readWallet(walletId);
}
