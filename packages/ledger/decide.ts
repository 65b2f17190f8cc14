// The wallet's state machine: what one command does to one wallet at one moment.
import { minuteOf } from './caps.ts';
import { configure } from './commands/configure.ts';
import { deduct } from './commands/deduct.ts';
import { extend } from './commands/extend.ts';
import { grant } from './commands/grant.ts';
import type { Outcome, Situation } from './commands/outcome.ts';
import { reconcilePayment } from './commands/reconcile-payment.ts';
import { refund } from './commands/refund.ts';
import { release } from './commands/release.ts';
import { reserve } from './commands/reserve.ts';
import { settle } from './commands/settle.ts';
import { commandEntryId } from './ids.ts';
import { validationFailed } from './rejection.ts';
import { problemsOf } from './shape.ts';
import { advance, applyTime, clock } from './time.ts';
import type { Command, Decision, Facts, Found, Minute, Rejection, TickCommand, Wallet } from './types.ts';

/**
 * Decides a command: pure, deterministic, total. It returns a decision for anything that is handed to it as a command,
 * and a rejection writes nothing, not even what time has decided meanwhile.
 *
 * An id that is not in `found` counts as absent, so a rejection is a claim until `reads(walletId, command)` were read at
 * or after the wallet's version.
 *
 * @param found entries that were read, by id; @param now Unix ms; earlier than the wallet's last entry means then
 * @param facts those that `needs(command)` names, read at this version of the wallet; one that is missing is 'unread'
 */
export function decide(wallet: Wallet, found: Found, command: Command, now: number, facts: Facts = NO_FACTS): Decision {
  const problems = problemsOf(command);
  if (problems.length > 0) return rejected(validationFailed(problems));

  const at = clock(wallet, now);
  const timed = applyTime(wallet, at);
  if (command.type === 'tick') return { kind: 'accepted', ...timed };

  const outcome = rulesOf(command, { before: wallet, wallet: timed.wallet, found, facts, now: at });
  if ('refusal' in outcome) return rejected(outcome.refusal);
  if ('replay' in outcome) return { kind: 'replayed', answer: outcome.replay };
  if ('unread' in outcome) return { kind: 'unread', facts: outcome.unread };
  if ('nothing' in outcome) return { kind: 'accepted', wallet, entries: [] };

  const { step, after, holdState, facts: changed } = outcome;
  const own = advance(after?.wallet ?? timed.wallet, step, at);
  return {
    kind: 'accepted',
    wallet: own.wallet,
    entries: [...timed.entries, ...(after?.entries ?? []), ...own.entries],
    answer: {
      entry: own.entry,
      body: own.body,
      replayed: false,
      ...(holdState === undefined ? {} : { holdState }),
      ...minuteAfter(own.wallet, command, at),
    },
    ...(changed === undefined ? {} : { facts: changed }),
  };
}

const NO_FACTS: Facts = new Map();

/** For a reserve or deduct that counted. */
function minuteAfter(wallet: Wallet, command: Command, at: number): { perMinute?: Minute } {
  if (command.type !== 'deduct' && command.type !== 'reserve') return {};
  const perMinute = minuteOf(wallet, command.perMinuteMax, at);
  return perMinute === undefined ? {} : { perMinute };
}

function rulesOf(command: Exclude<Command, TickCommand>, situation: Situation): Outcome {
  const entryId = commandEntryId(situation.before.walletId, command) as string; // the shape has been checked
  switch (command.type) {
    case 'grant':
      return grant(situation, command, entryId);
    case 'reserve':
      return reserve(situation, command, entryId);
    case 'extend':
      return extend(situation, command, entryId);
    case 'settle':
      return settle(situation, command, entryId);
    case 'release':
      return release(situation, command, entryId);
    case 'deduct':
      return deduct(situation, command, entryId);
    case 'configure':
      return configure(situation, command, entryId);
    case 'refund':
      return refund(situation, command, entryId);
    case 'reconcilePayment':
      return reconcilePayment(situation, command, entryId);
  }
}

function rejected(rejection: Rejection): Decision {
  return { kind: 'rejected', rejection };
}
