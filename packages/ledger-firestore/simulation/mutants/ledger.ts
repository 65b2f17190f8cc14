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
  type Found,
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

/** A decision whose wallet keeps what it had. */
function kept(fields: Partial<Wallet>, decision: Decision): Decision {
  return decision.kind === 'accepted' ? { ...decision, wallet: { ...decision.wallet, ...fields } } : decision;
}

function without(found: Found, id: string | null): Found {
  const rest = new Map(found);
  if (id !== null) rest.delete(id);
  return rest;
}
