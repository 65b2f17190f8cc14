// The supervisor over instances that the test ends as it likes: no process, no port.
import { describe, expect, it } from '@jest/globals';
import { Agent } from 'node:http';
import type { Exit } from '../child.ts';
import type { Instance } from './instance.ts';
import { nextBackoff, supervise } from './supervisor.ts';
import type { Starter } from './supervisor.ts';

interface TestInstance extends Instance {
  crash(): void;
}

/** Starts as the script says, then succeeds for ever. */
function starter(script: ('ok' | 'fails')[] = []): { start: Starter; instances: TestInstance[]; starts: () => number } {
  const instances: TestInstance[] = [];
  let starts = 0;
  const start: Starter = (signal) => {
    signal.throwIfAborted();
    starts += 1;
    if (script.shift() === 'fails') return Promise.reject(new Error('no luck'));
    const instance = testInstance(instances.length + 1);
    instances.push(instance);
    return Promise.resolve(instance);
  };
  return { start, instances, starts: () => starts };
}

function testInstance(pid: number): TestInstance {
  let end: (exit: Exit) => void = () => undefined;
  const exited = new Promise<Exit>((resolve) => (end = resolve));
  let ended = false;
  const finish = (exit: Exit) => {
    ended = true;
    end(exit);
  };
  return {
    pid,
    port: 1,
    agent: new Agent(),
    inFlight: 0,
    suspectUntilMs: 0,
    exited,
    hasExited: () => ended,
    crash: () => finish({ code: 1, signal: null }),
    stop: () => {
      finish({ code: 0, signal: null });
      return Promise.resolve();
    },
  };
}

const never = new AbortController().signal;
const MINUTE_MS = 60_000;

describe('supervisor', () => {
  it('keeps one instance healthy through crashes and failed restarts', async () => {
    const { start, instances, starts } = starter(['ok', 'fails', 'fails', 'ok']);
    const events: string[] = [];
    const supervisor = await supervise(start, (line) => events.push(line), never);
    expect([supervisor.current(), supervisor.pid()]).toEqual([instances[0], 1]);
    instances[0]?.crash();
    expect(supervisor.current()).toBeUndefined(); // at once, before any event has been told
    expect(await supervisor.whenHealthy(MINUTE_MS)).toBe(instances[1]);
    expect([supervisor.pid(), starts()]).toEqual([2, 4]);
    expect(events.filter((line) => line.includes('restart failed: no luck'))).toHaveLength(2);
    await supervisor.stop();
    expect([instances[1]?.hasExited(), starts()]).toEqual([true, 4]);
  });

  it('does not begin with an instance that fails', async () => {
    await expect(supervise(starter(['fails']).start, () => undefined, never)).rejects.toThrow('no luck');
  });

  it('stops in the middle of a pause between restarts, and lets nobody wait for what will not come', async () => {
    const { start, instances } = starter(['ok', ...Array.from({ length: 100 }, () => 'fails' as const)]);
    let failed: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => (failed = resolve));
    const supervisor = await supervise(start, (line) => line.includes('restart failed') && failed(), never);
    instances[0]?.crash();
    const waiting = supervisor.whenHealthy(MINUTE_MS);
    await paused;
    await supervisor.stop();
    expect(await waiting).toBeUndefined();
    expect(await supervisor.whenHealthy(MINUTE_MS)).toBeUndefined();
  });

  it('gives up waiting when the time is over', async () => {
    const { start, instances } = starter(['ok', ...Array.from({ length: 100 }, () => 'fails' as const)]);
    const supervisor = await supervise(start, () => undefined, never);
    instances[0]?.crash();
    expect(await supervisor.whenHealthy(1)).toBeUndefined();
    await supervisor.stop();
  });

  it('ends with the signal that it was given', async () => {
    const ending = new AbortController();
    const { start, instances, starts } = starter();
    const supervisor = await supervise(start, () => undefined, ending.signal);
    ending.abort();
    instances[0]?.crash();
    await supervisor.stop();
    expect(starts()).toBe(1);
  });

  it('restarts at once, then after growing pauses with a bound', () => {
    const pauses = [0];
    for (let i = 0; i < 8; i++) pauses.push(nextBackoff(pauses.at(-1) ?? 0));
    expect(pauses).toEqual([0, 100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });
});
