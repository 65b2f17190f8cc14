/**
 * `npm run load -- SCENARIO [--url U] [--rate R] [--duration D]`: load wallets, k6, proof. Exit 0 only if every threshold
 * and the proof pass; 1 if one does not; 2 for a wrong call or when no stack is running.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogFile } from '../loadtests/catalog-file.ts';
import { prepareLoadWallets } from '../loadtests/prepare/load-wallets.ts';
import { failedThresholds, report } from '../loadtests/report.ts';
import { runK6 } from '../loadtests/run-k6.ts';
import { scenarios, type ScenarioName } from '../loadtests/scenarios.ts';
import { readTally } from '../loadtests/verify/tally.ts';
import { verify } from '../loadtests/verify/verify.ts';
import { UsageError, runScript } from './lib/script.ts';
import { foundTools, repositoryRoot } from './lib/tools.ts';
import { readStack } from './stack/stack-file.ts';
import { readStored } from './stack/stored.ts';
import { serviceToken } from './stack/tokens.ts';

interface Call {
  readonly scenario: ScenarioName;
  readonly url: string | undefined;
  readonly ratePerSecond: number;
  readonly duration: string;
  readonly durationSeconds: number;
}

/** Reads the command line; throws UsageError with one line. */
export function parseCall(args: readonly string[]): Call {
  const names = Object.keys(scenarios).join(', ');
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { url: { type: 'string' }, rate: { type: 'string' }, duration: { type: 'string' } },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('\n')[0]! : String(error));
  }
  const [name, ...more] = parsed.positionals;
  if (name === undefined) throw new UsageError(`name a scenario: ${names}`);
  if (more.length > 0) throw new UsageError(`one scenario at a time, not also ${more.join(' ')}`);
  if (!Object.hasOwn(scenarios, name)) throw new UsageError(`no scenario ${name}: there are ${names}`);
  const scenario = name as ScenarioName;
  const {
    rate = String(scenarios[scenario].ratePerSecond),
    duration = `${scenarios[scenario].durationSeconds}s`,
    url,
  } = parsed.values;
  if (!/^[1-9]\d{0,4}$/.test(rate))
    throw new UsageError(`--rate is a whole number of iterations a second, not ${rate}`);
  const length = /^([1-9]\d{0,4})(s|m)?$/.exec(duration);
  if (length === null) throw new UsageError(`--duration is seconds or like 30s or 2m, not ${duration}`);
  if (url !== undefined && !/^https?:\/\/[^/?#]+\/?$/.test(url)) throw new UsageError(`--url is an origin, not ${url}`);
  const durationSeconds = Number(length[1]) * (length[2] === 'm' ? 60 : 1);
  return {
    scenario,
    url: url?.replace(/\/$/, ''),
    ratePerSecond: Number(rate),
    duration: `${durationSeconds}s`,
    durationSeconds,
  };
}

async function load(args: readonly string[], signal: AbortSignal): Promise<number> {
  const call = parseCall(args);
  const stack = await readStack();
  const scenario = scenarios[call.scenario];
  const runId = Date.now().toString(36);
  const dir = join(repositoryRoot, '.local', 'load', runId);
  await mkdir(dir, { recursive: true });

  const creditsUrl = call.url ?? stack.services.credits.url;
  const token = await serviceToken(stack, 'loadtest', 'credits');
  console.log(`${call.scenario}: ${scenario.title}, ${call.ratePerSecond}/s for ${call.duration} on ${creditsUrl}`);
  const iterations = call.ratePerSecond * call.durationSeconds;
  const wallets = await prepareLoadWallets({
    runId,
    wallets: scenario.wallets,
    creditsEach: (Math.ceil(iterations / scenario.wallets) + 1) * scenario.creditsPerIterationMax,
    creditsUrl,
    identityUrl: `http://${stack.auth.emulatorHost}/identitytoolkit.googleapis.com`,
    apiKey: stack.auth.apiKey,
    projectId: stack.auth.projectId,
    serviceToken: token,
  });
  const walletsFile = join(dir, 'wallets.json');
  const catalog = join(dir, 'catalog.json');
  await writeFile(walletsFile, JSON.stringify(wallets));
  await writeFile(catalog, JSON.stringify(catalogFile(Date.now())));

  const { exitCode, summary } = await runK6({
    k6: foundTools().k6,
    scenario: call.scenario,
    dir,
    progress: process.stdout.isTTY,
    signal,
    env: {
      CREDITS_URL: creditsUrl,
      SERVICE_TOKEN: token,
      RUN_ID: runId,
      RATE: String(call.ratePerSecond),
      DURATION: call.duration,
      WALLETS_FILE: walletsFile,
      CATALOG_FILE: catalog,
    },
  });
  if (summary === null) throw new Error(`k6 ended with ${exitCode} before it wrote a summary`);

  const accepted = readTally(summary);
  const stored = await readStored(
    stack,
    wallets.map(({ walletId }) => walletId),
  );
  const verdict = verify(stored, accepted, Date.now());
  console.log(report(summary, accepted, verdict));
  for (const threshold of failedThresholds(summary)) console.error(`threshold failed: ${threshold}`);
  if (accepted.deduct + accepted.settle === 0) throw new Error('nothing was accepted: there is nothing to prove');
  const passed = exitCode === 0 && verdict.findings.length === 0;
  if (passed) await rm(dir, { recursive: true });
  return passed ? 0 : 1;
}

await runScript('load', import.meta, load);
