/** Starts the credits service: configuration, telemetry, ledger, app, and the drain on SIGTERM. */
import { countUsage, createEngine, openFirestore, UsageCounter } from '@reelbanana/ledger-firestore';
import { creditsContracts } from '@reelbanana/metering/contract';
import { boot, createAuth, serve, startTelemetry } from '@reelbanana/service-kit';
import { createCredits } from './app.ts';
import { readCreditsConfig } from './config.ts';
import { countHolds } from './holds-open.ts';

boot('credits', async (log) => {
  const config = readCreditsConfig();
  const telemetry = startTelemetry({ config, routes: creditsContracts, log });
  const ledger = openFirestore({ projectId: config.projectId, databaseId: config.env.FIRESTORE_DATABASE });
  const usage = new UsageCounter({
    write: (days, deadlineMs) => ledger.usage.add(days, deadlineMs),
    onFailure: (error, isLost) => log.warn({ error }, `usage was not written, ${isLost ? 'and is lost' : 'yet'}`),
  });
  const store = countHolds(countUsage(ledger.store, usage));
  telemetry.gauge('holds_open', () => store.holdsOpen);
  const engine = createEngine({
    store,
    now: Date.now,
    random: Math.random,
    metrics: { commit: (outcome) => telemetry.count('ledger_commits_total', { outcome }) },
  });
  const app = createCredits({
    ledger,
    engine,
    auth: createAuth({ ...config, audience: config.serviceUrl }),
    config,
    telemetry,
    log,
    env: `${config.projectId}/${config.env.FIRESTORE_DATABASE}`,
    quoteKeys: config.env.QUOTE_SIGNING_KEY,
    pseudonymKey: config.env.ACTOR_PSEUDONYM_KEY,
    loadTests: config.env.LOAD_TESTS === 'true',
  });
  await serve(app, {
    config,
    log,
    drain: () => engine.drain().then(() => usage.flush()),
    flush: () => telemetry.shutdown(),
  });
});
