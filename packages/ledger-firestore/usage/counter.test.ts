// Counters of usage: what an entry adds, when it is written down, and that nothing is ever counted twice.
import { describe, expect, it } from '@jest/globals';
import { keyId } from '@reelbanana/ledger';
import { createEngine } from '../engine/engine.ts';
import { StoreUnavailable, UnknownOutcome } from '../port.ts';
import { MemoryStore } from '../stores/memory.ts';
import { deduct, emptyWallet, grant, reserve, settle } from '../testing/commands.ts';
import { VirtualTime } from '../testing/virtual-time.ts';
import { countUsage, flushMs, UsageCounter } from './counter.ts';
import { addCounts } from './counts.ts';

const start = Date.UTC(2026, 5, 30, 23, 59, 0);

function house(walletId = 'w', ownerId?: string) {
  const time = new VirtualTime(start);
  const memory = new MemoryStore();
  const wallet = emptyWallet(walletId);
  memory.add(ownerId === undefined ? wallet : { ...wallet, owner: { kind: 'user', id: ownerId } });
  const written: Map<string, Map<string, number>>[] = [];
  const failures: (readonly [error: unknown, isLost: boolean])[] = [];
  let fault: Error | undefined;
  const counter = new UsageCounter({
    timers: time,
    onFailure: (error, isLost) => failures.push([error, isLost]),
    write: (days) => {
      if (fault !== undefined) return Promise.reject(fault);
      written.push(new Map([...days].map(([day, counts]) => [day, new Map(counts)])));
      return Promise.resolve();
    },
  });
  const store = countUsage(memory, counter);
  const engine = createEngine({ store, now: time.now, random: () => 0.5, timers: time });
  const sums = (): Record<string, Record<string, number>> => {
    const all = new Map<string, Map<string, number>>();
    for (const days of written)
      for (const [day, counts] of days) addCounts(all.get(day) ?? all.set(day, new Map()).get(day)!, counts);
    return Object.fromEntries([...all].map(([day, counts]) => [day, Object.fromEntries(counts)]));
  };
  const run = (command: Parameters<typeof engine.execute>[1]) => time.run(engine.execute(walletId, command));
  return { time, counter, run, written, failures, sums, break: (error?: Error) => (fault = error) };
}

const paid = { amountMinor: 1_000, currency: 'USD' };

describe('usage', () => {
  it('is counted by the UTC day of each entry, with what it granted, was paid, charged and moved', async () => {
    const { run, time, counter, sums } = house();
    await run(grant('g', 100, { kind: 'purchase', paid }));
    await run(grant('b', 5));
    await run(deduct('d', 3));
    await run(reserve('r', 10, { ttlMs: 600_000 }));
    await time.advance(start + 60_000 - time.now());
    await run(settle('s', keyId('w', 'reserve', 'r'), 7));
    await run(deduct('d2', 2, { operation: 'render' }));
    await counter.flush();
    expect(sums()).toEqual({
      '2026-06-30': {
        'granted/purchase/grants': 1,
        'granted/purchase/credits': 100,
        'granted/bonus/grants': 1,
        'granted/bonus/credits': 5,
        'paid/usd': 1_000,
        'operation/narration/charges': 1,
        'operation/narration/credits': 3,
        'account/issued': -105,
        'account/available': 92,
        'account/held': 10,
        'account/consumed': 3,
      },
      '2026-07-01': {
        'operation/narration/charges': 1,
        'operation/narration/credits': 7,
        'operation/render/charges': 1,
        'operation/render/credits': 2,
        'account/available': 1,
        'account/held': -10,
        'account/consumed': 9,
      },
    });
  });

  it('counts what was waived as work, and as nothing paid', async () => {
    const { run, counter, sums } = house();
    const admin = { kind: 'admin', pseudonym: 'b'.repeat(32) } as const;
    const set = { type: 'configure', key: 'c', fingerprint: 'f'.repeat(64), reasonCode: 'test', actor: admin } as const;
    await run({ ...set, unmetered: true });
    await run(deduct('d', 4));
    await counter.flush();
    expect(sums()['2026-06-30']).toEqual({
      'operation/narration/charges': 1,
      'operation/narration/waived': 4,
      'account/consumed': 4,
      'account/waived': -4,
    });
  });

  it('of a repeated or refused command is not counted again', async () => {
    const { run, counter, sums } = house();
    await run(grant('g', 5));
    await run(deduct('d', 3));
    await run(deduct('d', 3));
    await run(deduct('more', 50));
    await counter.flush();
    expect(sums()['2026-06-30']).toMatchObject({ 'operation/narration/charges': 1, 'granted/bonus/grants': 1 });
  });

  it('of load wallets counts for nothing', async () => {
    const { run, counter, written } = house('w', 'load-1');
    await run(grant('g', 5));
    await counter.flush();
    expect(written).toEqual([]);
  });

  it('is written every few seconds, once, and not while nothing happens', async () => {
    const { run, time, written } = house();
    await run(grant('g', 100));
    for (let n = 0; n < 10; n += 1) await run(deduct(`d${n}`, 1));
    expect(written).toEqual([]);
    await time.advance(flushMs);
    expect(written).toHaveLength(1);
    await time.advance(10 * flushMs);
    expect(written).toHaveLength(1);
  });

  it('that certainly was not written is written with the next flush', async () => {
    const { run, time, counter, sums, failures, ...rest } = house();
    rest.break(new StoreUnavailable('down'));
    await run(grant('g', 5));
    await counter.flush();
    expect(failures).toEqual([[expect.any(StoreUnavailable), false]]);
    await run(deduct('d', 2));
    rest.break();
    await time.advance(flushMs);
    expect(sums()['2026-06-30']).toMatchObject({ 'granted/bonus/credits': 5, 'operation/narration/credits': 2 });
  });

  it('that may have been written is not written again: counters may be low, never high', async () => {
    const { run, time, counter, sums, failures, ...rest } = house();
    rest.break(new UnknownOutcome('no answer', false));
    await run(grant('g', 5));
    await counter.flush();
    expect(failures).toEqual([[expect.any(UnknownOutcome), true]]);
    rest.break();
    await run(deduct('d', 2));
    await time.advance(flushMs);
    expect(sums()).toEqual({ '2026-06-30': expect.not.objectContaining({ 'granted/bonus/credits': 5 }) });
  });
});
