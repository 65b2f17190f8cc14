/** For tests of metered services: credits in memory by the real ledger's rules, also over HTTP. */
export { creditsServer } from './credits-server.ts';
export { ledgerCredits, type LedgerCredits } from './ledger-credits.ts';
