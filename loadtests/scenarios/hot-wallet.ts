/** hot-wallet: every iteration deducts from one and the same wallet: the case that one document a wallet makes hard. */
import exec from 'k6/execution';
import { deduct } from '../lib/credits.ts';
import { constantRate } from '../lib/options.ts';
import { operation, runId, wallets } from '../lib/run.ts';

export { handleSummary } from '../lib/summary.ts';
export const options = constantRate();

const narration = operation('narration');

export default function hotWallet(): void {
  deduct(wallets[0]!.walletId, `${runId}-${exec.scenario.iterationInTest}`, narration.id, narration.params);
}
