// What the attempt protocol promises (wire.md, SDK attempts): the work may run twice, the charge and the result are one.
import { parseEntry } from '@reelbanana/ledger';
import { attemptsMax } from '../../../metering/attempts.ts';
import { attemptKey, holdIdOf } from '../../../metering/ids.ts';
import { resultName } from '../../../metering/results.ts';
import type { SdkClients, Wish } from '../sdk-clients.ts';
import type { World } from '../world.ts';

export function proveSdk(world: World, sdk: SdkClients): void {
  for (const wish of sdk.wishes) {
    for (const problem of problemsOf(world, sdk, wish))
      world.fail('sdk', `${wish.key} of ${wish.walletId}: ${problem}`);
  }
}

function problemsOf(world: World, sdk: SdkClients, wish: Wish): string[] {
  const { walletId, key, outcomes } = wish;
  const holdIds = Array.from({ length: attemptsMax }, (_, index) =>
    holdIdOf(walletId, attemptKey('narration', key, index + 1)),
  );
  const charges = world.history.entries(walletId).filter((entry) => {
    const { type, holdId = '' } = parseEntry(entry);
    return (type === 'settle' || type === 'lateSettle') && holdIds.includes(holdId);
  });
  const charged = charges.map((entry) => parseEntry(entry).holdId ?? '');
  const results = holdIds.flatMap((holdId) => sdk.results.objects.get(resultName(walletId, holdId)) ?? []);
  const problems: string[] = [];
  if (charged.length > 1) problems.push(`charged ${charged.length} times`);
  if (results.length !== charged.length) problems.push(`${charged.length} charges, ${results.length} results`);
  if (charged.length > 0 && outcomes.length === 0) problems.push('charged, and the user has no result');
  for (const outcome of outcomes) {
    if (outcome.holdId !== charged[0]) problems.push('a result that was not charged');
    if (outcome.fields.run !== results[0]?.content[0]) problems.push('the user has another result than is kept');
    if (outcome.credits !== (charges[0] && parseEntry(charges[0]).credits)) problems.push('another price was charged');
  }
  return problems;
}
