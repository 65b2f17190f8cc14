// Child processes: their output, their end, and that stopping reaches all of them.
import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { baseEnvironment, startChild } from './child.ts';
import type { Child } from './child.ts';
import { alive } from '../testing/alive.ts';

const run = (source: string, o: { onLine?: (line: string) => void; logFile?: string } = {}): Promise<Child> =>
  startChild({ command: process.execPath, args: ['-e', source], env: baseEnvironment(), ...o });

/** Runs; resolves with the process and the number that it prints first. */
async function runAndRead(source: string): Promise<{ child: Child; printed: number }> {
  let hear: (line: string) => void = () => undefined;
  const heard = new Promise<string>((resolve) => (hear = resolve));
  const child = await run(source, { onLine: (line) => hear(line) });
  return { child, printed: Number(await heard) };
}

describe('child', () => {
  it('gives whole lines of both streams, also the last without an end, and keeps them in the log', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'child-'));
    const lines: string[] = [];
    const source = `process.stdout.write('one\\ntw'); setTimeout(() => { process.stdout.write('o ☃'); console.error('three'); process.exitCode = 7; }, 50)`;
    const child = await run(source, { onLine: (line) => lines.push(line), logFile: join(dir, 'logs', 'a.log') });
    expect(await child.exited).toEqual({ code: 7, signal: null });
    expect([...lines].sort()).toEqual(['one', 'three', 'two ☃']);
    expect(child.tail(2).split('\n')).toEqual(lines.slice(-2));
    while (!readFileSync(join(dir, 'logs', 'a.log'), 'utf8').includes('☃')) await delay(10);
    rmSync(dir, { recursive: true });
  });

  it('keeps only the end of much output', async () => {
    const child = await run(`for (let i = 1; i <= 500; i++) console.log('line ' + i)`);
    await child.exited;
    expect(child.tail(3)).toBe('line 498\nline 499\nline 500');
    expect(child.tail(1000).split('\n').length).toBeLessThan(100);
  });

  it('is killed when it ignores SIGTERM', async () => {
    const { child, printed } = await runAndRead(
      `process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)`,
    );
    expect(printed).toBe(child.pid);
    await child.stop(50);
    expect([child.exit(), alive(child.pid)]).toEqual([{ code: null, signal: 'SIGKILL' }, false]);
    await child.stop(50);
  });

  it('ends although a process that left its group still holds its output', async () => {
    const forever = 'setInterval(() => {}, 1000)';
    const { child, printed } = await runAndRead(
      `const c = require('child_process').spawn(process.execPath, ['-e', '${forever}'], { detached: true, stdio: 'inherit' }); console.log(c.pid); ${forever}`,
    );
    try {
      await child.stop(5_000);
      expect(alive(child.pid)).toBe(false);
      expect(alive(printed)).toBe(true); // it escaped: so the output was held indeed
    } finally {
      process.kill(printed, 'SIGKILL');
    }
  });

  it('that cannot be spawned is an error that names the program', async () => {
    await expect(startChild({ command: '/no/such/program', args: [], env: {} })).rejects.toThrow(
      /\/no\/such\/program.*ENOENT/,
    );
  });

  it('inherits nothing but the base environment', async () => {
    process.env['OF_THE_PARENT'] = 'x';
    const child = await run(`console.log(Object.keys(process.env).join())`);
    await child.exited;
    delete process.env['OF_THE_PARENT'];
    expect(
      child
        .tail(1)
        .split(',')
        .filter((name) => !['PATH', 'HOME', 'TMPDIR', 'LANG'].includes(name)),
    ).toEqual([]);
  });
});
