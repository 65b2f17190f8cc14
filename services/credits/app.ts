/** The credits service from its parts: routes over the ledger, behind the app factory. */
import type { RequestListener } from 'node:http';
import { priceBook as publishedPrices } from '@reelbanana/catalog';
import type { PriceBook } from '@reelbanana/ledger';
import { createService, type Auth, type KitConfig, type Log, type Telemetry } from '@reelbanana/service-kit';
import { problemOfStore } from './outcomes.ts';
import type { CommandEngine, LastCheckpoint, LedgerAccess } from './ports.ts';
import { createPrincipals } from './principals.ts';
import { createActors } from './pseudonym.ts';
import { auditRoutes } from './routes/audit.ts';
import { createQuotes } from './quotes.ts';
import { adminWalletRoutes } from './routes/admin-wallets.ts';
import { batchRoutes } from './routes/batches.ts';
import { catalogRoutes } from './routes/catalog.ts';
import type { Context } from './routes/context.ts';
import { deductionRoutes } from './routes/deductions.ts';
import { entryRoutes } from './routes/entries.ts';
import { erasureRoutes } from './routes/erasure.ts';
import { grantRoutes } from './routes/grants.ts';
import { healthRoutes } from './routes/health.ts';
import { holdRoutes } from './routes/holds.ts';
import { reportRoutes } from './routes/reports.ts';
import { statementRoutes } from './routes/statements.ts';
import { walletSearchRoutes } from './routes/wallet-search.ts';
import { quoteRoutes } from './routes/quotes.ts';
import { refundRoutes } from './routes/refunds.ts';
import { settleRoutes } from './routes/settle.ts';
import { walletRoutes } from './routes/wallets.ts';

export interface CreditsOptions {
  readonly ledger: LedgerAccess;
  readonly engine: CommandEngine;
  readonly auth: Auth;
  readonly config: Pick<KitConfig, 'service' | 'projectId'> & Partial<Pick<KitConfig, 'revision'>>;
  readonly telemetry: Telemetry;
  readonly log: Log;
  /** project id + '/' + database id: quotes hold in one environment alone. */
  readonly env: string;
  /** The keys of the secret `quote-signing-key`, the one that signs first. */
  readonly quoteKeys: readonly string[];
  /** The secret `actor-pseudonym-key`. */
  readonly pseudonymKey: string;
  /** Whether load-test accounts act on load wallets here. */
  readonly loadTests: boolean;
  /** Where signed checkpoints are kept; without it no wallet has one. */
  readonly lastCheckpoint?: LastCheckpoint;
  readonly now?: () => number;
  readonly priceBook?: PriceBook;
  /** Holds every reply and every error against its contract (tests). */
  readonly checkContracts?: boolean;
}

/** For /readyz: one read that costs little and finds nothing. */
const readyMsMax = 2_000;

export function createCredits(options: CreditsOptions): RequestListener {
  const {
    ledger,
    engine,
    auth,
    config,
    telemetry,
    log,
    loadTests,
    now = Date.now,
    priceBook = publishedPrices,
  } = options;
  const ready = async (): Promise<void> => {
    await ledger.store.find('ready', ['0'.repeat(32)], readyMsMax);
  };
  const context: Context = {
    ledger,
    engine,
    principals: createPrincipals({ ledger, engine, loadTests, now }),
    actors: createActors(options.pseudonymKey),
    quotes: createQuotes({ env: options.env, keys: options.quoteKeys }),
    priceBook,
    telemetry,
    lastCheckpoint: options.lastCheckpoint ?? (() => Promise.resolve(null)),
    instance: { service: config.service, revision: config.revision, ready },
    now,
  };
  return createService({
    auth,
    config,
    telemetry,
    log,
    mapError: problemOfStore,
    ready,
    checkReplies: options.checkContracts === true,
    checkErrors: options.checkContracts === true,
    routes: [
      ...catalogRoutes(context),
      ...walletRoutes(context),
      ...entryRoutes(context),
      ...statementRoutes(context),
      ...deductionRoutes(context),
      ...holdRoutes(context),
      ...settleRoutes(context),
      ...grantRoutes(context),
      ...walletSearchRoutes(context),
      ...reportRoutes(context),
      ...healthRoutes(context),
      ...auditRoutes(context),
      ...erasureRoutes(context),
      ...adminWalletRoutes(context),
      ...quoteRoutes(context),
      ...batchRoutes(context),
      ...refundRoutes(context),
    ],
  });
}
