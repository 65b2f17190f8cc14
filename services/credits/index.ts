/** The credits service as a library, for tests that run it in their own process. */
export { createCredits, type CreditsOptions } from './app.ts';
export type { CommandEngine, LedgerAccess } from './ports.ts';
