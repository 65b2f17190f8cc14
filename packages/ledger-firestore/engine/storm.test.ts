// Several engines, one wallet, bad weather, impatient clients: whatever happens, every key is charged at most once, what was
// accepted is there, what was refused is not, and the chain proves the balance.
//
// Method: virtual time and one seed per run. Each client sends its command to some engine, repeats it with the same key
// until it gets a definite answer, sometimes to two engines at once. Engines are replaced in mid-work by fresh ones while
// their commits are still under way (a killed or paused process). Commits are lost, held back, delayed past their
// deadlines, answered wrongly; reads fail. At the end everything held back has landed, and the ledger is audited.
import { describe, expect, it } from '@jest/globals';
import { commandEntryId, commandKeyDigest, keyId, parseEntry, type Command } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { MemoryStore } from '../stores/memory.ts';
import { faulty, storm } from '../stores/faulty.ts';
import { deduct, emptyWallet, grant, release, reserve, settle } from '../testing/commands.ts';
import { seededRandom, VirtualTime } from '../testing/virtual-time.ts';
import { createEngine, type CommitEngine } from './engine.ts';
import type { Outcome } from './outcome.ts';

const w = 'stormy';
/** A commit lands at most so long after it was sent. A client that turns to another process waits as long (README). */
const landingMsMax = 2_000;
const clientsPerRun = 60;
const engineCount = 3;

interface Sent {
  readonly command: Command;
  readonly outcomes: Outcome[];
}

async function run(seed: number) {
  const time = new VirtualTime();
  const random = seededRandom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const memory = new MemoryStore();
  memory.add(emptyWallet(w));

  const engineOf = (): CommitEngine => {
    const weights = {
      delay: 0.1,
      unavailable: 0.05,
      lostAnswer: 0.06,
      silentRetry: 0.05,
      heldBack: 0.06,
      lost: 0.04,
      conflict: 0.05,
    };
    const store = faulty(memory, storm({ random, weights, msMax: landingMsMax }), time);
    const skewMs = below(100) - 50;
    const limits = { rpcDeadlineMs: 500, entriesMax: 16 };
    return createEngine({ store, now: () => time.now() + skewMs, random, timers: time, limits });
  };
  const engines = Array.from({ length: engineCount }, engineOf);
  const sent: Sent[] = [];

  /** Sends until there is a definite answer. */
  const send = async (command: Command): Promise<Outcome> => {
    const record: Sent = { command, outcomes: [] };
    sent.push(record);
    let place = below(engineCount);
    for (let attempt = 0; attempt < 60; attempt++) {
      const engine = engines[place]!;
      const outcome = await engine.execute(w, command, { deadlineMs: 200 + below(4_000) });
      record.outcomes.push(outcome);
      if (outcome.kind !== 'failed') return outcome;
      const elsewhere = below(engineCount);
      const stays = elsewhere === place && engines[place] === engine;
      await wait(outcome.retryAfterMs + (stays ? 0 : landingMsMax));
      // Replaced meanwhile: that is another process, too.
      if (stays && engines[place] !== engine) await wait(landingMsMax);
      place = elsewhere;
    }
    throw new Error(`seed ${seed}: no definite answer to ${command.type}`);
  };
  const wait = (ms: number) => new Promise<void>((resolve) => time.setTimeout(resolve, ms));
  /** One in ten is sent twice at once. */
  const request = async (command: Command): Promise<Outcome> => {
    const twin = random() < 0.1 ? send({ ...command }) : undefined;
    const outcome = await send(command);
    await twin;
    return outcome;
  };

  const client = async (name: string) => {
    await wait(below(20_000));
    const kind = random();
    if (kind < 0.15) {
      const expires = random() < 0.3 ? { expiresAt: time.now() + 5_000 } : {};
      await request(grant(`${name}-g`, 1 + below(40), expires));
      return;
    }
    if (kind < 0.6) {
      await request(deduct(`${name}-d`, 1 + below(15)));
      return;
    }
    const first = await request(reserve(`${name}-r1`, 1 + below(15), { ttlMs: 1_000 + below(20_000) }));
    if (first.kind !== 'answer') return;
    let holdId = keyId(w, 'reserve', `${name}-r1`);
    if (random() < 0.3) {
      const second = await request(reserve(`${name}-r2`, 1 + below(15), { ttlMs: 10_000, supersedes: holdId }));
      if (second.kind === 'answer') holdId = keyId(w, 'reserve', `${name}-r2`);
    }
    await wait(below(5_000));
    const end = random();
    if (end < 0.5) await request(settle(`${name}-s`, holdId));
    else if (end < 0.8) await request(release(`${name}-x`, holdId));
    else await Promise.all([request(settle(`${name}-s`, holdId)), request(release(`${name}-x`, holdId))]);
  };
  const restarts = async () => {
    for (let count = 0; count < 4; count++) {
      await wait(below(10_000));
      engines[below(engineCount)] = engineOf();
    }
  };

  const clients = Array.from({ length: clientsPerRun }, (_, index) => client(`c${index}`));
  await time.run(Promise.all([send(grant('seed', 100)), restarts(), ...clients]), 10 * 3_600_000);
  await time.run(Promise.all(engines.map((engine) => engine.drain())));
  await time.advance(10 * landingMsMax);
  const wallet = (await memory.load(w))!.wallet;
  return { sent, wallet, entries: memory.entries(w) };
}

function audit({ sent, wallet, entries }: Awaited<ReturnType<typeof run>>) {
  expect(invariants(wallet, entries)).toEqual([]);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const accepted = new Set<string>();
  const counts = { accepted: 0, replayed: 0, rejected: 0, failed: 0 };
  for (const { outcomes } of sent) {
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed') counts.failed += 1;
      if (outcome.kind === 'rejected') counts.rejected += 1;
      if (outcome.kind !== 'answer') continue;
      counts[outcome.answer.replayed ? 'replayed' : 'accepted'] += 1;
      // What was accepted is there, byte for byte.
      const { entry } = outcome.answer;
      expect(byId.get(entry.id)).toEqual(entry);
      accepted.add(entry.id);
    }
  }
  for (const { command, outcomes } of sent) {
    const entry = byId.get(commandEntryId(w, command) ?? '');
    // What was only ever refused is not there. The end of a hold may be another command's: the key's digest tells.
    const own = entry !== undefined && parseEntry(entry).keyDigest === commandKeyDigest(w, command);
    if (own && !accepted.has(entry.id)) expect({ command, outcomes, entry }).toBe('never charged');
  }
  return counts;
}

describe('several engines on one wallet in a storm', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
  const total = { accepted: 0, replayed: 0, rejected: 0, failed: 0 };

  it.each(seeds)('charge every accepted key exactly once and no refused one (seed %i)', async (seed) => {
    const counts = audit(await run(seed));
    expect(counts.accepted + counts.replayed).toBeGreaterThan(0);
    for (const kind of Object.keys(total) as (keyof typeof total)[]) total[kind] += counts[kind];
  });

  it('met all of it: acceptance, replay, refusal, failure', () => {
    for (const count of Object.values(total)) expect(count).toBeGreaterThan(100);
  });
});
