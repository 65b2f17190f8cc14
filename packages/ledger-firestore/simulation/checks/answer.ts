// Every answer of an engine, at the moment that it is given, against what is stored and what was.
//
// A refusal must be what the ledger says of a state that was stored while the request was under way, by the clock that the
// instance read. So a refusal on a state that never was, or that was over before the request came, is seen.
import {
  commandKeyDigest,
  decide,
  dueAt,
  endId,
  lateId,
  needs,
  parseEntry,
  reads,
  type Answer,
  type Command,
  type Decision,
  type Entry,
  type Found,
  type Rejection,
  type Wallet,
} from '@reelbanana/ledger';
import { defaultLimits } from '../../engine/limits.ts';
import type { FailureCode, Outcome } from '../../engine/outcome.ts';
import type { Instance } from '../instance.ts';
import type { Ask } from '../journal.ts';
import type { World } from '../world.ts';

/** One arrival of an ask at one instance. */
export interface Request {
  readonly ask: Ask;
  readonly deadlineMs: number;
  readonly at: number;
  /** States of the wallet that were before it came: the last of them stood when it came. */
  readonly states: number;
  readonly rounds: number;
  readonly frozenMs: number;
  readonly pending: number;
  /** The entry that its effect claims, where it was stored already under its own key. */
  readonly stored: Entry | undefined;
}

export function beginRequest(world: World, by: Instance, ask: Ask, deadlineMs: number): Request {
  const { walletId, command } = ask;
  ask.unsure += 1;
  world.tally.commands += 1;
  const entry = world.history.effectOf(walletId, command);
  const isOwn = entry !== undefined && parseEntry(entry).keyDigest === commandKeyDigest(walletId, command);
  world.log(`${by.process.name} is asked ${command.type} ${command.type === 'tick' ? '' : command.key} of ${walletId}`);
  return {
    ask,
    deadlineMs,
    at: world.time.now(),
    states: world.history.states(walletId).length,
    rounds: by.rounds,
    frozenMs: by.process.frozenMs,
    pending: by.engine.size.pending,
    stored: isOwn ? entry : undefined,
  };
}

export function checkAnswer(world: World, by: Instance, request: Request, outcome: Outcome): void {
  const { ask } = request;
  const says = outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind === 'failed' ? outcome.code : '';
  world.log(`${by.process.name} answers ${'key' in ask.command ? ask.command.key : 'tick'}: ${outcome.kind} ${says}`);
  const fail = (detail: string) =>
    world.fail('answer', `${by.process.name}, ${JSON.stringify(ask.command)} of ${ask.walletId}: ${detail}`);
  switch (outcome.kind) {
    case 'answer': {
      const { answer } = outcome;
      world.tally.count('outcome', answer.replayed ? 'replayed' : 'accepted');
      ask.unsure -= 1;
      ask.answers.push(answer);
      for (const problem of wrongAnswer(world, request, answer, by.reading)) fail(problem);
      break;
    }
    case 'rejected':
      world.tally.count('outcome', 'rejected');
      world.tally.count('rejection', outcome.rejection.code);
      ask.unsure -= 1;
      ask.rejections.push(outcome.rejection);
      if (!isSoAtSomeMoment(world, request, outcome.rejection, by.reading)) {
        fail(`${JSON.stringify(outcome.rejection)} was never so`);
      }
      world.history.refuse(ask.walletId, ask.command, by.process.name);
      break;
    case 'done':
      world.tally.count('outcome', 'done');
      ask.unsure -= 1;
      if (ask.command.type === 'reconcilePayment') {
        if (!wasNoDifference(world, request, by.reading)) fail('done, and the payment is worth something else');
      } else if (ask.command.type !== 'tick') fail('a command without an answer');
      else if (!wasNothingDue(world, request)) fail('done, and something is due');
      break;
    case 'failed':
      world.tally.count('outcome', 'failed');
      world.tally.count('failure', outcome.code);
      if (!isHonest(world, by, request, outcome.code)) world.fail('failure', `${by.process.name} gives up: ${says}`);
      break;
    case 'unknownWallet':
      world.tally.count('outcome', 'unknownWallet');
      ask.unsure -= 1;
      if (request.states > 0) fail('the wallet is known');
      break;
  }
}

/** An answer is the stored entry, byte for byte; the stored one that was there before, where there was one. */
function wrongAnswer(world: World, { ask, stored, states }: Request, answer: Answer, reading: number): string[] {
  const { walletId, command } = ask;
  if (command.type === 'tick') return ['a tick has an answer'];
  const entry = world.history.effectOf(walletId, command);
  if (entry === undefined) return ['the entry is not stored'];
  const problems: string[] = [];
  if (answer.entry.hash !== entry.hash || answer.entry.body !== entry.body) problems.push('another entry is stored');
  if (answer.body.fingerprint !== command.fingerprint) problems.push('the answer is to another request');
  if (!answer.replayed && stored !== undefined) problems.push('a stored entry is answered as a new one');
  if (command.type !== 'reserve') return problems;

  const before = world.history.states(walletId)[states - 1]?.seq ?? 0;
  const end = world.history.entry(walletId, endId(entry.id));
  const late = world.history.entry(walletId, lateId(entry.id));
  const wasOpen = end === undefined || end.seq > before;
  const state = answer.holdState;
  // An expired hold may have been settled late meanwhile: it was both.
  const endings = [end, late].flatMap((ending) => (ending === undefined ? [] : endedAs(ending)));
  const lapsed = state === 'expired' && (answer.body.expiresAt ?? 0) <= reading;
  if (!(state === 'open' ? wasOpen : endings.some((ending) => ending === state) || lapsed))
    problems.push(`its hold was never ${state ?? ''}`);
  const charge = end?.type === 'settle' ? end : late;
  if (state === 'settled' && answer.settledCredits !== (charge && parseEntry(charge).credits))
    problems.push('another charge');
  return problems;
}

/** How an entry left the hold that it ends; a closed one was expired already. */
function endedAs({ type }: Entry): 'settled' | 'released' | 'expired' {
  if (type === 'settle' || type === 'lateSettle') return 'settled';
  return type === 'release' ? 'released' : 'expired';
}

/** Whether the ledger refuses just so on some state that stood while the request was under way. */
function isSoAtSomeMoment(world: World, { ask, states }: Request, rejection: Rejection, reading: number): boolean {
  const { walletId, command } = ask;
  const text = JSON.stringify(rejection);
  return world.history
    .states(walletId)
    .slice(Math.max(0, states - 1))
    .some((wallet) => {
      const decision = decideAt(world, walletId, command, wallet, reading);
      return decision.kind === 'rejected' && JSON.stringify(decision.rejection) === text;
    });
}

/** What the ledger says of a command on a state that was. */
function decideAt(world: World, walletId: string, command: Command, wallet: Wallet, reading: number): Decision {
  const facts = world.history.factsAt(walletId, needs(command), wallet.seq);
  return decide(wallet, foundAt(world, walletId, command, wallet.seq), command, reading, facts);
}

/** All that the command is about, as it was stored when the wallet was at `seq`. */
function foundAt({ history }: World, walletId: string, command: Command, seq: number): Found {
  let found = history.foundAt(walletId, reads(walletId, command), seq);
  for (let size = 0; size < found.size;) {
    size = found.size;
    found = history.foundAt(walletId, reads(walletId, command, found), seq);
  }
  return found;
}

/** A tick is done when some state under way had nothing due, by the slowest clock that an instance may have. */
function wasNothingDue(world: World, { ask, states, at }: Request): boolean {
  const slowest = at - world.weather.skewMsMax;
  const stood = world.history.states(ask.walletId).slice(Math.max(0, states - 1));
  return stood.some((wallet) => (dueAt(wallet) ?? Infinity) > Math.max(wallet.at, slowest));
}

/** A payment is reconciled without an entry when on some state under way there was nothing to post. */
function wasNoDifference(world: World, { ask, states }: Request, reading: number): boolean {
  const { walletId, command } = ask;
  const stood = world.history.states(walletId).slice(Math.max(0, states - 1));
  return stood.some((wallet) => {
    const decision = decideAt(world, walletId, command, wallet, reading);
    return decision.kind === 'accepted' && decision.entries.length === 0;
  });
}

/** Nobody is sent away early: only past the deadline, past the bound of rounds, or with the queue full. */
function isHonest(world: World, by: Instance, request: Request, code: FailureCode): boolean {
  const limits = { ...defaultLimits, ...world.weather.limits };
  if (world.time.now() - request.at >= request.deadlineMs) return true;
  if (code === 'OVERLOADED') return by.isDraining || request.pending >= limits.queueMax;
  return by.rounds - request.rounds >= limits.attemptsMax;
}
