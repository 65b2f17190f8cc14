// A run of the audit: every wallet, then every wallet that should be there. Bounded, resumable, and safe beside another
// run and beside engines that write: it only reads wallets, and a checkpoint is created once.
import { randomBytes } from 'node:crypto';
import { examine, open, type Examination, type Verdict } from './examine.ts';
import { findLost, findMislinked } from './pointers.ts';
import { findingsMax, findingsOfWalletMax, type AuditReport, type Finding } from './report.ts';
import type { AuditSource } from './source.ts';

export interface AuditOptions extends Omit<Examination, 'chainEntriesMax' | 'envs'> {
  readonly source: AuditSource;
  /** Project id + '/' + database id. */
  readonly env: string;
  /** Environments that its wallets may come from as well: a restored database keeps the chains of the one before. */
  readonly formerEnvs?: readonly string[];
  /** Keeps the report: after each page, and at the end. */
  readonly save: (report: AuditReport) => Promise<void>;
  /** An unfinished report to go on with. */
  readonly resume?: AuditReport;
  /** Ends the run after the page that is under way; the report then has a cursor. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<AuditLimits>;
}

export interface AuditLimits {
  /** Ids a page: after each, the report is saved. */
  readonly page: number;
  /** Short chains read at the same time. */
  readonly atOnce: number;
  /** Up to here a chain is short. */
  readonly shortChain: number;
  /** See `Examination`. What is in memory: one long chain, or `atOnce` short ones. */
  readonly chainEntriesMax: number;
  /** Ids looked at in one run. */
  readonly idsMax: number;
}

export const auditLimits: AuditLimits = {
  page: 200,
  atOnce: 8,
  shortChain: 5_000,
  chainEntriesMax: 500_000,
  idsMax: Infinity,
};

/** The three walks, in order: what is stored, then who points at it. */
const walks = ['wallets', 'users', 'checkpoints'] as const;
type Walk = (typeof walks)[number];

interface Place {
  readonly walk: Walk;
  readonly after?: string;
}

/** Runs until all is looked at, a bound is reached or the signal comes. @throws StoreUnavailable; the last save stands */
export async function runAudit(options: AuditOptions): Promise<AuditReport> {
  const { source, checkpoints, now, save, signal, resume } = options;
  const limits = { ...auditLimits, ...options.limits };
  const how: Examination = {
    ...options,
    envs: [options.env, ...(options.formerEnvs ?? [])],
    chainEntriesMax: limits.chainEntriesMax,
  };
  let report = resume ?? begin(options.env, now());
  let place: Place | null = placeOf(report);
  for (let ids = 0; place !== null && ids < limits.idsMax && signal?.aborted !== true;) {
    const { walk, after }: Place = place;
    const limit = Math.min(limits.page, limits.idsMax - ids);
    let last: string | undefined;
    if (walk === 'users') {
      const users = await source.users(after, limit);
      report = add(report, await findMislinked(source, users));
      last = users.length < limit ? undefined : users.at(-1)?.uid;
      ids += users.length;
    } else {
      const page = (await (walk === 'wallets' ? source : checkpoints)?.walletIds(after, limit)) ?? [];
      report = add(report, walk === 'wallets' ? await examineAll(how, page, limits) : await findLost(how, page));
      last = page.length < limit ? undefined : page.at(-1);
      ids += page.length;
    }
    place = last === undefined ? nextWalk(walk) : { walk, after: last };
    report = at(report, place, now());
    await save(report);
  }
  return report;
}

async function examineAll(how: Examination, ids: readonly string[], limits: AuditLimits): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (let from = 0; from < ids.length; from += limits.atOnce) {
    const opened = await Promise.all(ids.slice(from, from + limits.atOnce).map((id) => open(how, id)));
    const isLong = ({ wallet }: (typeof opened)[number]): boolean => !((wallet?.seq ?? 0) <= limits.shortChain);
    const short = opened.filter((one) => !isLong(one));
    verdicts.push(...(await Promise.all(short.map((one) => examine(how, one)))));
    for (const one of opened.filter(isLong)) verdicts.push(await examine(how, one));
  }
  return verdicts;
}

function begin(env: string, now: number): AuditReport {
  return {
    v: 1,
    runId: `${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(4).toString('hex')}`,
    env,
    startedAt: now,
    updatedAt: now,
    cursor: 'wallets:',
    wallets: 0,
    entries: 0,
    checkpointsWritten: 0,
    findings: [],
    findingsTotal: 0,
  };
}

function add(report: AuditReport, verdicts: readonly (Pick<Verdict, 'findings'> & Partial<Verdict>)[]): AuditReport {
  const shown: Finding[] = [...report.findings];
  for (const { findings } of verdicts) shown.push(...findings.slice(0, findingsOfWalletMax));
  const examined = verdicts.filter(({ entries }) => entries !== undefined);
  return {
    ...report,
    wallets: report.wallets + examined.length,
    entries: examined.reduce((sum, { entries = 0 }) => sum + entries, report.entries),
    checkpointsWritten: report.checkpointsWritten + examined.filter(({ signed }) => signed).length,
    findings: shown.slice(0, findingsMax),
    findingsTotal: verdicts.reduce((sum, { findings }) => sum + findings.length, report.findingsTotal),
  };
}

function at({ cursor: _, ...report }: AuditReport, place: Place | null, now: number): AuditReport {
  if (place === null) return { ...report, updatedAt: now, finishedAt: now };
  return { ...report, updatedAt: now, cursor: `${place.walk}:${place.after ?? ''}` };
}

/** Where a report goes on; null when it is finished. @throws RangeError for a cursor that is none */
function placeOf({ cursor, finishedAt }: AuditReport): Place | null {
  if (finishedAt !== undefined) return null;
  const [, name, after = ''] = /^(\w+):(.*)$/s.exec(cursor ?? 'wallets:') ?? [];
  const walk = walks.find((one) => one === name);
  if (walk === undefined) throw new RangeError(`an audit has no place ${cursor}`);
  return after === '' ? { walk } : { walk, after };
}

function nextWalk(walk: Walk): Place | null {
  const next = walks[walks.indexOf(walk) + 1];
  return next === undefined ? null : { walk: next };
}
