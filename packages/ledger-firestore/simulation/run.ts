// One seed, one run: a world in bad weather, then calm, then the proof.
import type { Command } from '@reelbanana/ledger';
import { emptyWallet } from '../testing/commands.ts';
import { proveSdk } from './checks/sdk.ts';
import { proveViews, proveWallets } from './checks/proof.ts';
import { Clients } from './clients.ts';
import { configure, grant } from './commands.ts';
import { landingMsMax } from './faults.ts';
import { Fleet } from './fleet.ts';
import { Journal } from './journal.ts';
import { SdkClients } from './sdk-clients.ts';
import type { Tally } from './tally.ts';
import { World, type Seams, type Violation } from './world.ts';

export interface Run {
  readonly seed: number;
  readonly violation: Violation | undefined;
  readonly tally: Tally;
  /** Equal for equal runs. */
  readonly digest: string;
  /** The last events, oldest first. */
  readonly last: readonly string[];
}

const rows = [
  ['row-1', 'row-2', 'row-3'],
  ['row-4', 'row-5', 'row-6'],
  ['row-7', 'row-8', 'row-9'],
] as const;
const quiet = ['quiet-1', 'quiet-2', 'quiet-3'] as const;
const usual = ['hot', 'cool'] as const;
const walletIds = [...usual, ...quiet, ...rows.flat(), 'crumbs', 'frozen', 'ruled', 'poor', 'sdk'] as const;
const dayMs = 86_400_000;
const repeatMs = 60_000;
const hangsAfterMs = 40 * dayMs;

/** Runs one seed to its end or to the first broken rule. The same seed and seams give the same run, event by event. */
export async function run(seed: number, seams: Seams = {}): Promise<Run> {
  const world = new World(seed, seams);
  const { time } = world;
  try {
    await time.run(Promise.race([story(world), world.failed]), hangsAfterMs);
  } catch (error) {
    world.fail('engine', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const { violation, tally, trace } = world;
  return { seed, violation, tally, digest: trace.digest, last: trace.last };
}

async function story(world: World): Promise<void> {
  const { chance, weather, history } = world;
  for (const walletId of walletIds) history.add(emptyWallet(walletId));
  const fleet = new Fleet(world, chance.between(1, 3));
  const journal = new Journal();
  const clients = new Clients(world, fleet, journal, { usual, rows, frozen: 'frozen' });
  const sdk = new SdkClients(world, fleet, journal);

  world.isCalm = true;
  await Promise.all(
    ['hot', 'cool', 'sdk'].map((walletId) => clients.ask(walletId, grant('first', chance.between(20, 200)))),
  );
  await clients.ask('frozen', configure('freeze', { status: 'frozen' }));
  world.isCalm = false;
  const withinMs = chance.pick([2_000, 20_000, 60_000]);
  void world.wait(2 * withinMs).then(() => calm(world)); // those who still wait then end in calm weather
  void world.outages();
  const lives = [
    ...Array.from({ length: chance.between(10, 40) }, (_, index) => clients.live(`c${index}`, withinMs)),
    ...Array.from({ length: chance.between(1, 6) }, (_, index) => sdk.live(`s${index}`, 'sdk', withinMs)),
    fleet.comeAndGo(),
  ];
  await Promise.all(lives);
  calm(world);
  await world.wait(landingMsMax(weather) + weather.pauseMsMax + weather.duplicateMsMax + 60_000);
  await sdk.settle();
  await fleet.settle();
  await world.wait(2 * dayMs);
  await repeatAll(world, fleet, journal);
  proveWallets(world, walletIds);
  proveViews(world, journal, walletIds);
  proveSdk(world, sdk);
}

function calm(world: World): void {
  if (!world.isCalm) world.log('calm');
  world.isCalm = true;
}

/** Everything that was ever accepted is asked for again, of an engine that remembers nothing: the answers are the first ones. */
async function repeatAll(world: World, fleet: Fleet, journal: Journal): Promise<void> {
  const instance = fleet.fresh();
  const again: Promise<unknown>[] = [];
  const once = async (walletId: string, command: Command) => {
    const ask = journal.ask(walletId, command, false);
    let told = await instance.serve(ask, repeatMs);
    for (let tries = 1; tries < 5 && told.kind === 'failed'; tries++) told = await instance.serve(ask, repeatMs);
    if (command.type === 'tick') return;
    const entry = world.history.effectOf(walletId, command);
    const isEqual = told.kind === 'answer' && told.answer.replayed && told.answer.entry.body === entry?.body;
    if (!isEqual) world.fail('view', `${JSON.stringify(command)}: a repeat is answered ${JSON.stringify(told)}`);
  };
  await Promise.all(walletIds.map((walletId) => once(walletId, { type: 'tick' })));
  for (const { walletId, command, answers } of [...journal.asks]) {
    if (command.type !== 'tick' && answers.length > 0) again.push(once(walletId, command));
  }
  await Promise.all(again);
}
