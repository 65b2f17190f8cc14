// The cheap invariants: what every commit must keep, checked at the moment it lands. The whole proof comes at the end.
import type { Wallet } from '@reelbanana/ledger';
import type { WalletCommit } from '../../port.ts';

/** What is wrong with a commit on a wallet as it was; nothing if all is well. */
export function landed(before: Wallet, { wallet, entries }: WalletCommit): readonly string[] {
  const problems: string[] = [];
  const must = (isSo: boolean, problem: string): void => void (isSo || problems.push(problem));
  must(entries.length > 0, 'a commit without an entry');
  let { headHash } = before;
  for (const [index, entry] of entries.entries()) {
    must(entry.seq === before.seq + 1 + index, `seq ${entry.seq} is not the next one`);
    must(entry.prevHash === headHash, `seq ${entry.seq} does not follow the chain`);
    headHash = entry.hash;
  }
  must(wallet.seq === before.seq + entries.length, 'the wallet does not count its entries');
  must(wallet.headHash === headHash, 'the wallet does not end its chain');
  const isConfigured = entries.some(({ type }) => type === 'configure');
  must(isConfigured || settings(wallet) === settings(before), 'a setting changed, and no command changed it');
  must(wallet.at >= before.at, 'time runs backwards');
  for (const problem of unbalanced(wallet)) problems.push(problem);
  return problems;
}

const settings = ({ owner, status, unmetered, overdraftLimit, caps }: Wallet) =>
  JSON.stringify([owner, status, unmetered, overdraftLimit, caps]);

function unbalanced(wallet: Wallet): readonly string[] {
  const { totals, grants, debt } = wallet;
  const holds = Object.values(wallet.holds);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const metered = holds.filter(({ unmetered }) => unmetered === undefined);
  const isPaid = metered.every(
    (hold) => hold.credits === sum(hold.allocations.map(({ credits }) => credits)) + hold.debt,
  );
  const rules: readonly [isSo: boolean, problem: string][] = [
    [sum(Object.values(totals)) === 0, 'the postings do not sum to zero'],
    [totals.available === sum(grants.map(({ remaining }) => remaining)), 'available is not what the grants have left'],
    [totals.held === sum(metered.map(({ credits }) => credits)), 'held is not what the holds have'],
    [isPaid, 'a hold is not the sum of its allocations'],
    [grants.every(({ remaining }) => remaining >= 0), 'a grant is below zero'],
    [debt + totals.debt === 0, 'the debt is not minus its postings'],
    [totals.available === 0 || debt === 0, 'credits stand beside debt'],
  ];
  return rules.flatMap(([isSo, problem]) => (isSo ? [] : [problem]));
}
