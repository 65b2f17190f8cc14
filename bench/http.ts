// What a deduction costs a server over HTTP, beside a route that does nothing.
import { readFileSync } from 'node:fs';
import type { Bench, Family } from './family.ts';
import { closedLoop, ratios, windowOf, type Window } from './measure.ts';
import { callers, startTargets, type Target } from './http-targets.ts';
import { spread } from './report.ts';

/** Until both servers' code is compiled. */
const warmUpSeconds = 8;
/** A tick of the kernel's clock is 10 ms: no window may be short. */
const secondsMin = 3;

interface ServerWindow extends Window {
  /** CPU of the server's process a request, in milliseconds. */
  readonly serverCpuMs: number;
}

export const overHttp: Family = {
  figures: [
    { id: 'http-vs-noop-cpu', bound: { most: 1.7 } },
    { id: 'http-vs-noop-cpu-of-same-request' },
    { id: 'http-cpu-ms-per-deduction' },
  ],

  async measure(_wanted, bench) {
    const { deduction, bare, same, stop } = await startTargets(bench);
    const runs = [deduction, bare, same].map((target) => ({ target, rounds: [] as ServerWindow[] }));
    try {
      for (const { target } of runs) {
        bench.progress(`HTTP: warming up: ${target.title}`);
        await closedLoop(callers, warmUpSeconds, target.call, bench.signal);
      }
      for (let round = 1; round <= bench.rounds; round++) {
        for (const { target, rounds } of runs) {
          bench.progress(`HTTP: round ${round} of ${bench.rounds}: ${target.title}`);
          rounds.push(await measureServer(target, bench));
        }
      }
    } finally {
      await stop();
    }
    const [charged, nothing, sameRequest] = runs.map(({ rounds }) => rounds);
    const samples = {
      'http-vs-noop-cpu': ratios(charged!, nothing!, serverCpu),
      'http-vs-noop-cpu-of-same-request': ratios(charged!, sameRequest!, serverCpu),
      'http-cpu-ms-per-deduction': charged!.map(serverCpu),
    };
    const header = [`HTTP, ${callers} callers`, 'requests a second', 'p50 ms', 'p99 ms', "server's CPU ms"];
    const columns = [rate, p50, p99, serverCpu];
    const rows = runs.map(({ target, rounds }) => [target.title, ...columns.map((pick) => spread(rounds.map(pick)))]);
    return { samples, rows: [header, ...rows] };
  },
};

const rate = ({ perSecond }: ServerWindow) => perSecond;
const p50 = ({ p50Ms }: ServerWindow) => p50Ms;
const p99 = ({ p99Ms }: ServerWindow) => p99Ms;
const serverCpu = ({ serverCpuMs }: ServerWindow) => serverCpuMs;

async function measureServer({ pid, call }: Target, bench: Bench): Promise<ServerWindow> {
  const before = cpuMsOf(pid);
  const load = await closedLoop(callers, Math.max(secondsMin, bench.seconds), call, bench.signal);
  const serverCpuMs = (cpuMsOf(pid) - before) / load.latenciesMs.length;
  return { ...windowOf(load, { user: 0, system: 0 }), serverCpuMs };
}

/** CPU that a process has used, user and system, all threads (proc(5): fields 14 and 15, in ticks of 10 ms). */
function cpuMsOf(pid: number): number {
  if (process.platform !== 'linux') throw new Error("a server's CPU is read from /proc, which only Linux has");
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
