// Which test files judge the mutants of which file. jest runs every file that it is given for every mutant (Stryker cannot
// stop it at the first failure), so each costs its loading time a mutant.

/** By source file; others have a test file of their own name, or none and are judged by the tests of all commands. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  'commands/configure.ts': ['commands/messages', 'commands/configure', 'caps'],
  'commands/deduct.ts': ['commands/deduct', 'commands/configure', 'caps'],
  'commands/reserve.ts': ['commands/reserve', 'commands/configure', 'commands/late', 'caps', 'buckets'],
  'commands/settle.ts': ['commands/messages', 'commands/settle', 'commands/configure', 'commands/late'],
  'commands/late.ts': ['commands/late', 'commands/configure'],
  'commands/grant.ts': ['commands/messages', 'commands/grant', 'buckets', 'commands/reconcile-payment'],
  'commands/refund.ts': ['commands/messages', 'commands/refund', 'buckets'],
  'commands/extend.ts': ['commands/messages', 'commands/extend'],
  'commands/bound.ts': ['commands/messages', 'commands/settle', 'commands/late'],
  'commands/end.ts': ['commands/settle', 'commands/release', 'commands/late'],
  'buckets.ts': ['buckets', 'commands/grant', 'commands/refund'],
  'charges.ts': ['commands/refund', 'ids'],
  'returns.ts': ['commands/refund', 'commands/reconcile-payment', 'buckets'],
  'commands/reconcile-payment.ts': ['commands/messages', 'commands/reconcile-payment', 'buckets'],
  'funds.ts': [
    'commands/deduct',
    'commands/reserve',
    'commands/settle',
    'commands/refund',
    'commands/reconcile-payment',
  ],
  'time.ts': ['time', 'buckets'],
  'wallet.ts': ['commands/reserve', 'commands/refund', 'commands/configure', 'buckets', 'time'],
  'holds.ts': ['commands/reserve', 'commands/settle', 'commands/release', 'commands/late', 'commands/extend'],
};
const OWN = /^(caps|ids|jcs|price|shape|commands\/release)\.ts$/;

/** Paths under packages/ledger, `*` allowed, without `.test.ts`. The audit is judged by its damages. */
export function testsOf(file: string): readonly string[] {
  if (file.startsWith('invariants')) return ['invariants*'];
  if (file.startsWith('statement')) return ['statement'];
  const listed = TESTS[file];
  if (listed !== undefined) return listed;
  return OWN.test(file) ? [file.replace(/\.ts$/, '')] : ['commands/*'];
}
