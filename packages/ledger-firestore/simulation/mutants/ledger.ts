// Bugs of the ledger's rules, acted out around `decide`.
import {
  commandEntryId,
  decide,
  dueAt,
  endId,
  needs,
  parseEntry,
  type Command,
  type Decision,
  type Facts,
  type Found,
  type SettleCommand,
  type Wallet,
} from '@reelbanana/ledger';
import type { Mutant } from '../mutants.ts';

type Decide = typeof decide;

const instead = (rule: string, bug: string, mutated: Decide): Mutant => ({
  rule,
  bug,
  // Commands with facts have bugs of their own (engine.ts).
  seams: () => ({
    decide: (wallet, found, command, now, facts) =>
      (needs(command).length > 0 ? decide : mutated)(wallet, found, command, now, facts),
  }),
});

/** `decide`, and then something else than it said. */
const then =
  (change: (decision: Decision, wallet: Wallet, command: Command) => Decision): Decide =>
  (wallet, found, command, now) =>
    change(decide(wallet, found, command, now), wallet, command);

export const ledgerBugs: readonly Mutant[] = [
  instead(
    'of repeats in one flush one is new',
    'answers all of them as new',
    then((decision) =>
      decision.kind === 'replayed' ? { ...decision, answer: { ...decision.answer, replayed: false } } : decision,
    ),
  ),

  instead('a repeat gets the stored answer', 'decides it again', (wallet, found, command, now) =>
    decide(wallet, without(found, commandEntryId(wallet.walletId, command)), command, now),
  ),

  instead('an equal key with another body is refused', 'ignores the fingerprint', (wallet, found, command, now) => {
    const entry = found.get(commandEntryId(wallet.walletId, command) ?? '');
    if (!entry || command.type === 'tick') return decide(wallet, found, command, now);
    return decide(wallet, found, { ...command, fingerprint: parseEntry(entry).fingerprint }, now);
  }),

  instead(
    'seq is always bumped',
    'keeps it',
    then((decision, { seq }) =>
      decision.kind === 'accepted' ? { ...decision, wallet: { ...decision.wallet, seq } } : decision,
    ),
  ),

  instead('time applies what is due', 'forgets deadlines', (wallet, found, command, now) =>
    decide(wallet, found, command, Math.min(now, (dueAt(wallet) ?? Infinity) - 1)),
  ),

  instead('time never runs backwards', 'believes every clock', (wallet, found, command, now) =>
    decide({ ...wallet, at: 0 }, found, command, now),
  ),

  instead(
    'a hold ends once',
    'settles it and leaves it open',
    then((decision, { holds }, command) =>
      decision.kind === 'accepted' && command.type === 'settle'
        ? { ...decision, wallet: { ...decision.wallet, holds } }
        : decision,
    ),
  ),

  instead('a supersede closes the hold before', 'leaves it open', (wallet, found, command, now) => {
    if (command.type !== 'reserve') return decide(wallet, found, command, now);
    const { supersedes: _before, ...alone } = command;
    return decide(wallet, found, alone, now);
  }),

  instead('a settled hold cannot be superseded', 'goes on', (wallet, found, command, now) => {
    const decision = decide(wallet, found, command, now);
    if (command.type !== 'reserve' || decision.kind !== 'rejected' || decision.rejection.code !== 'HOLD_CLOSED')
      return decision;
    const { supersedes: _before, ...alone } = command;
    return decide(wallet, found, alone, now);
  }),

  instead("only a hold's account ends it", 'lets anybody', (wallet, found, command, now) => {
    if (command.type !== 'settle' && command.type !== 'release') return decide(wallet, found, command, now);
    const pseudonym = wallet.holds[command.holdId]?.actor ?? command.actor.pseudonym;
    return decide(wallet, found, { ...command, actor: { ...command.actor, pseudonym } }, now);
  }),

  instead('a settle charges the actual cost', 'charges the whole hold', (wallet, found, command, now) => {
    if (command.type !== 'settle') return decide(wallet, found, command, now);
    const { credits: _cost, ...whole } = command;
    return decide(wallet, found, whole, now);
  }),

  instead('the soonest to expire is spent first', 'spends the last one first', (wallet, found, command, now) =>
    decide({ ...wallet, grants: wallet.grants.toReversed() }, found, command, now),
  ),

  instead('a refusal writes nothing', 'writes what time has decided', (wallet, found, command, now) => {
    const decision = decide(wallet, found, command, now);
    if (decision.kind !== 'rejected') return decision;
    const timed = decide(wallet, found, { type: 'tick' }, now);
    return timed.kind === 'accepted' && timed.entries.length > 0 ? timed : decision;
  }),

  instead('no more is spent than there is', 'spends one credit more', (wallet, found, command, now) => {
    const { overdraftLimit } = wallet;
    return kept({ overdraftLimit }, decide({ ...wallet, overdraftLimit: overdraftLimit + 1 }, found, command, now));
  }),

  instead('an end that is stored is final', 'believes the wallet', (wallet, found, command, now) =>
    decide(wallet, 'holdId' in command ? without(found, endId(command.holdId)) : found, command, now),
  ),

  instead('a frozen wallet pays nothing', 'takes the charge', (wallet, found, command, now) =>
    kept({ status: wallet.status }, decide({ ...wallet, status: 'active' }, found, command, now)),
  ),
];

/** Bugs of the commands that need facts, and of settings. */
const withFacts = (rule: string, bug: string, mutated: Decide): Mutant => ({
  rule,
  bug,
  seams: () => ({ decide: mutated }),
});

export const laterBugs: readonly Mutant[] = [
  withFacts('a charge is refunded once', 'forgets what was refunded', (wallet, found, command, now, facts) =>
    decide(wallet, found, command, now, command.type === 'refund' ? unwritten(facts) : facts),
  ),

  withFacts('a payment grants once', 'forgets that it did', (wallet, found, command, now, facts) =>
    decide(wallet, found, command, now, command.type === 'reconcilePayment' ? unwritten(facts) : facts),
  ),

  withFacts('only who charged refunds', 'lets anybody', (wallet, found, command, now, facts) => {
    const charge = command.type === 'refund' ? found.get(command.entryId) : undefined;
    if (!charge || command.type !== 'refund') return decide(wallet, found, command, now, facts);
    return decide(wallet, found, { ...command, actor: parseEntry(charge).actor }, now, facts);
  }),

  withFacts('caps bound what is spent', 'ignores them', (wallet, found, command, now, facts) => {
    const { caps, ...capless } = wallet;
    return kept(caps === undefined ? {} : { caps }, decide(capless, found, command, now, facts));
  }),

  withFacts('a plan carries over its cap at most', 'carries all of it', (wallet, found, command, now, facts) => {
    const grants = wallet.grants.map((grant) =>
      grant.rollover === undefined ? grant : { ...grant, rollover: { ...grant.rollover, cap: 1_000_000 } },
    );
    return decide({ ...wallet, grants }, found, command, now, facts);
  }),

  withFacts('an unmetered wallet pays nothing', 'pays', (wallet, found, command, now, facts) => {
    const { unmetered } = wallet;
    if (command.type === 'configure') return decide(wallet, found, command, now, facts);
    return kept({ unmetered }, decide({ ...wallet, unmetered: false }, found, command, now, facts));
  }),

  withFacts(
    'a settle is bounded by the maximum price',
    'charges whatever it is told',
    (wallet, found, command, now, facts) =>
      decide(wallet, found, command.type === 'settle' ? withoutBound(command) : command, now, facts),
  ),
];

function unwritten(facts: Facts | undefined): Facts {
  return new Map([...(facts ?? [])].map(([id]) => [id, null]));
}

/** Charges what it costs, held or not. */
function withoutBound(command: SettleCommand): SettleCommand {
  return command.credits === undefined ? command : { ...command, credits: command.credits * 2, creditsMax: 1_000_000 };
}

/** A decision whose wallet keeps what it had. */
function kept(fields: Partial<Wallet>, decision: Decision): Decision {
  return decision.kind === 'accepted' ? { ...decision, wallet: { ...decision.wallet, ...fields } } : decision;
}

function without(found: Found, id: string | null): Found {
  const rest = new Map(found);
  if (id !== null) rest.delete(id);
  return rest;
}
