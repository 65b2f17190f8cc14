/** The end of a service: what is under way is finished, what is queued is drained, telemetry is flushed, then it exits. */
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { serve } from './serve.ts';
import { silentLog } from './testing/expect-problem.ts';

// A signal of our own, so that the runner of the tests hears nothing.
const signal = 'SIGUSR2';
afterEach(() => {
  process.removeAllListeners(signal);
});

describe('serve', () => {
  it('answers what is under way, then drains, then flushes, then exits; and takes no new connection', async () => {
    const events: string[] = [];
    let arrived: () => void = () => undefined;
    let answer: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    const exited = new Promise<number>((resolve) => {
      void serve(
        (_request, response) => {
          answer = () => response.end('done');
          arrived();
        },
        {
          config: { port: 0, projectId: 'local' },
          log: silentLog,
          signals: [signal],
          drain: () => Promise.resolve(void events.push('drained')),
          flush: () => Promise.resolve(void events.push('flushed')),
          exit: resolve,
        },
      ).then(async (server) => {
        const { port, address } = server.address() as AddressInfo;
        expect(address).toBe('127.0.0.1');
        const slow = fetch(`http://127.0.0.1:${port}/`);
        await reached;
        process.emit(signal);
        process.emit(signal);
        await refused(port);
        expect(events).toEqual([]);
        answer();
        expect(await (await slow).text()).toBe('done');
        events.push('answered');
      });
    });
    expect(await exited).toBe(0);
    expect(events.filter((event) => event !== 'answered')).toEqual(['drained', 'flushed']);
  });

  it('exits with 1 when the drain fails, and flushes all the same', async () => {
    let flushed = false;
    const code = await new Promise<number>((resolve) => {
      void serve((_request, response) => response.end(), {
        config: { port: 0, projectId: 'local' },
        log: silentLog,
        signals: [signal],
        drain: () => Promise.reject(new Error('no')),
        flush: () => Promise.resolve(void (flushed = true)),
        exit: resolve,
      }).then(() => process.emit(signal));
    });
    expect({ code, flushed }).toEqual({ code: 1, flushed: true });
  });

  it('rejects when the port is taken', async () => {
    const options = { log: silentLog, signals: [], config: { port: 0, projectId: 'local' } };
    const first = await serve((_request, response) => response.end(), options);
    const { port } = first.address() as AddressInfo;
    await expect(serve(() => undefined, { ...options, config: { port, projectId: 'local' } })).rejects.toThrow(
      'EADDRINUSE',
    );
    first.close();
  });
});

/** Resolves once a new connection is refused. */
function refused(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', agent: false }, () => reject(new Error('it was taken')))
      .on('error', () => resolve())
      .end();
  });
}
