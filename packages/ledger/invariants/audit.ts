// The audit's loop: every entry against the one in front of it, then the wallet against the fold.
import type { Invariant, Violation } from '../invariants.ts';
import type { Entry, Fact, Settings, Wallet } from '../types.ts';
import { checkEntry } from './entry.ts';
import { checkFacts } from './facts.ts';
import { emptyFold, foldEntry } from './fold.ts';
import { safely, sha256Of } from './safely.ts';
import { checkWallet } from './wallet.ts';

/** One broken link breaks everything behind it: the first ones tell the cause. */
const VIOLATIONS_MAX = 100;

/** `invariants` of a wallet that began with given settings. */
export function audit(
  wallet: Wallet,
  entries: readonly Entry[],
  settings: Settings,
  facts?: ReadonlyMap<string, Fact>,
): readonly Violation[] {
  const violations: Violation[] = [];
  const fold = emptyFold(settings);
  let prevHash = sha256Of([1, wallet.env, wallet.walletId, 'credit']);
  for (const [index, entry] of entries.entries()) {
    if (violations.length >= VIOLATIONS_MAX) return violations.slice(0, VIOLATIONS_MAX);
    const seq = index + 1;
    const report = (invariant: Invariant, detail: string): void => void violations.push({ invariant, detail, seq });
    if (typeof entry !== 'object' || entry === null) {
      report('form', 'is no entry');
      continue;
    }
    const body = checkEntry(wallet, entry, seq, prevHash, report);
    if (body !== undefined) {
      safely(
        () => foldEntry(fold, entry.id, body, report),
        () => report('form', 'the body cannot be folded'),
      );
    }
    prevHash = entry.hash;
  }
  const report = (invariant: Invariant, detail: string): void => void violations.push({ invariant, detail });
  safely(
    () => checkWallet(wallet, fold, entries.length, prevHash, report),
    () => report('wallet', 'the wallet cannot be compared'),
  );
  if (facts !== undefined) {
    safely(
      () => checkFacts(facts, fold, report),
      () => report('fact', 'the facts cannot be compared'),
    );
  }
  return violations.slice(0, VIOLATIONS_MAX);
}
