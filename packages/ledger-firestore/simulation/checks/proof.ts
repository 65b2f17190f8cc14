// The whole proof, once everything has come to rest: the chains, and what every client was told against them.
import { commandKeyDigest, parseEntry, type Command, type Entry, type EntryBody } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import type { Ask, Journal } from '../journal.ts';
import type { World } from '../world.ts';

/** Every wallet from its bytes alone, and nothing left open. */
export function proveWallets(world: World, walletIds: readonly string[]): void {
  for (const walletId of walletIds) {
    const wallet = world.history.states(walletId).at(-1);
    if (wallet === undefined) throw new Error(`no wallet ${walletId}`);
    const violations = invariants(wallet, world.history.entries(walletId), world.history.allFacts(walletId));
    for (const violation of violations) world.fail('proof', `${walletId}: ${JSON.stringify(violation)}`);
    if (walletId === 'frozen' && wallet.totals.consumed + wallet.totals.held > 0) {
      world.fail('proof', `${walletId}: frozen, and it pays`);
    }
    const open = Object.keys(wallet.holds);
    if (open.length > 0) world.fail('proof', `${walletId}: a day later holds are open: ${open.join(', ')}`);
  }
}

/** Every client's view: accepted exactly once, refused never charged, and no entry that nobody asked for. */
export function proveViews(world: World, journal: Journal, walletIds: readonly string[]): void {
  const asks = byKey(journal);
  for (const walletId of walletIds) {
    const entries = new Map<string, Entry>();
    for (const entry of world.history.entries(walletId)) {
      const body = parseEntry(entry);
      const { keyDigest, actor, type, reasonCode, paymentId } = body;
      if (actor.kind === 'time' || reasonCode === 'superseded') continue;
      // The grant in front of a payment's clawback stands under a key of its own; the chain's proof knows it.
      if (type === 'grant' && paymentId !== undefined && !asks.has(keyDigest)) continue;
      if (entries.has(keyDigest)) world.fail('view', `${walletId}: two entries of one key, the second a ${type}`);
      entries.set(keyDigest, entry);
      const asked = asks.get(keyDigest)?.some(({ command }) => isOf(body, command)) ?? false;
      if (!asked) world.fail('view', `${walletId}: nobody asked for ${entry.body}`);
    }
    for (const [keyDigest, group] of asks) {
      if (group[0]?.walletId === walletId) proveKey(world, group, entries.get(keyDigest));
    }
  }
}

function proveKey(world: World, group: readonly Ask[], entry: Entry | undefined): void {
  const says = (detail: string) => world.fail('view', `${JSON.stringify(group[0]?.command)}: ${detail}`);
  const answers = group.flatMap((ask) => ask.answers);
  if (answers.filter(({ replayed }) => !replayed).length > 1) says('accepted as new more than once');
  const own = answers.filter((answer) => answer.body.keyDigest === (entry && parseEntry(entry).keyDigest));
  if (own.some((answer) => answer.entry.body !== entry?.body)) says('two answers to one request differ');
  if (entry === undefined) return;
  if (answers.length === 0 && group.every(({ unsure }) => unsure === 0)) says('charged, and every request was refused');
  const { fingerprint } = parseEntry(entry);
  for (const ask of group) {
    const isPatient = ask.isPatient && ask.command.type !== 'tick' && ask.command.fingerprint === fingerprint;
    if (isPatient && group.length === 1 && ask.answers.length === 0)
      says('charged, and its patient client was refused');
  }
}

function byKey(journal: Journal): Map<string, Ask[]> {
  const groups = new Map<string, Ask[]>();
  for (const ask of journal.asks) {
    const digest = commandKeyDigest(ask.walletId, ask.command);
    if (digest === null) continue;
    const group = groups.get(digest);
    if (group === undefined) groups.set(digest, [ask]);
    else group.push(ask);
  }
  return groups;
}

/** Whether an entry does what a command said, and no more. */
function isOf(body: EntryBody, command: Command): boolean {
  if (command.type === 'tick' || body.fingerprint !== command.fingerprint) return false;
  if (!(kindsOf(command) as readonly string[]).includes(body.type)) return false;
  if (body.actor.pseudonym !== command.actor.pseudonym) return false;
  switch (command.type) {
    case 'grant':
      return body.grant?.credits === command.credits && body.grant.expiresAt === command.expiresAt;
    case 'deduct':
      return body.credits === command.credits;
    case 'reserve': {
      const ttlMs = (body.expiresAt ?? 0) - body.createdAt;
      return body.credits === command.credits && body.supersedes === command.supersedes && ttlMs === command.ttlMs;
    }
    case 'settle':
      return body.holdId === command.holdId && isCharge(body, command.credits);
    case 'release':
    case 'extend':
      return body.holdId === command.holdId;
    case 'configure':
      return body.reasonCode === command.reasonCode;
    case 'refund':
      return body.chargeId === command.entryId && (command.credits ?? body.credits) === body.credits;
    case 'reconcilePayment':
      return body.paymentId === command.paymentId;
  }
}

/** The entries that a command may come to. */
function kindsOf({ type }: Command): readonly EntryBody['type'][] {
  if (type === 'reconcilePayment') return ['grant', 'clawback', 'reinstate'];
  if (type === 'settle') return ['settle', 'lateSettle'];
  return type === 'tick' ? [] : [type];
}

/** What was settled is what it cost, less what the wallet could not pay. */
function isCharge({ credits = 0, shortfall = 0 }: EntryBody, cost: number | undefined): boolean {
  return cost === undefined || credits + shortfall === cost;
}
