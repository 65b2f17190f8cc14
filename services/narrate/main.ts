/** Starts the narrate service: the entry file of its bundle. */
import { dirname, join } from 'node:path';
import { cloudResults, createCreditsClient } from '@reelbanana/metering';
import { boot, createAuth, serve, serviceIdentity, startTelemetry } from '@reelbanana/service-kit';
import { createNarrate, narrateContracts } from './app.ts';
import { readNarrateConfig } from './config.ts';
import { createEngine } from './engines/index.ts';

boot('narrate', async (log) => {
  const config = readNarrateConfig();
  const { projectId, creditsUrl, bucket, engine, allowedAccounts, authEmulatorHost, googleApiOrigin } = config;
  const telemetry = startTelemetry({ config, routes: narrateContracts, log });
  const auth = createAuth({
    projectId,
    audience: config.serviceUrl,
    allowedAccounts,
    authEmulatorHost,
    googleApiOrigin,
  });
  const { app, drain } = createNarrate({
    config,
    log,
    telemetry,
    auth,
    credits: createCreditsClient({ creditsUrl, identity: serviceIdentity() }),
    results: cloudResults({ bucket, projectId }),
    // Beside the entry file, in the tree and beside the bundle alike.
    engine: createEngine(engine, join(dirname(process.argv[1] ?? '.'), 'engines')),
  });
  await serve(app, { config, log, drain, flush: () => telemetry.shutdown() });
});
