// Cases as a readable table, one row a command: `time | command | expected | available held debt`.
//
// Commands:  grant KEY KIND CREDITS [expires=T]     reserve KEY CREDITS [ttl=MS] [supersedes=KEY]
//            settle HOLDKEY [CREDITS] [key=K] [max=CREDITS] [overrun=debt]       release HOLDKEY [key=K] [reason=R]
//            deduct KEY CREDITS                     tick
//            extend HOLDKEY TTL-SECONDS [key=K]
//            refund CHARGE [CREDITS] [key=K] [by=admin]     CHARGE: deduct:KEY, settle:HOLDKEY, late:HOLDKEY, or an entry id
//            pay PAYMENT GRANTED [CLAWED] [key=K] [kind=plan] [expires=T] [cap=CREDITS until=T]
//            grant takes [cap=CREDITS until=T] too: what rolls over, and until when
//            configure KEY [unmetered=BOOLEAN] [status=S] [limit=CREDITS] [perMinute=N] [daily=N] [monthly=N] [caps=none]
//            freeze, thaw: a configure of the status
// Any command takes by=ACTOR; reserve and deduct take op=NAME and perMinuteMax=N. The fingerprint is that of the fields, as the API makes it.
// Expected:  the types of the entries written (nothing: `-`), `replay TYPE [holdState]`, or a code and its data.
// Times are in seconds. Every row also proves the invariants, and that a refusal leaves the wallet as it was.
import { expect } from '@jest/globals';
import { endId, fingerprint, keyId, lateId } from '../index.ts';
import type { Command, Decision, GrantKind, Rollover } from '../index.ts';
import { balanceAt, holdIdOf, newPlayer, WALLET_ID } from './player.ts';
import type { Player } from './player.ts';

/** Plays the table's rows and expects what they say. */
export function expectTable(text: string, player: Player = newPlayer()): Player {
  for (const line of text.split('\n').map((row) => row.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [time = '', words = '', expected = '', balance] = line.split('|').map((cell) => cell.trim());
    const now = ms(time);
    expect(`${line} => ${playRow(player, words, now)}`).toBe(`${line} => ${expected}`);
    if (balance) expect(`${line} => ${balanceAt(player.wallet, now)}`).toBe(`${line} => ${balance}`);
    expect(player.violations()).toEqual([]);
  }
  return player;
}

function playRow(player: Player, words: string, now: number): string {
  const before = player.wallet;
  const status = words === 'freeze' ? 'frozen' : words === 'thaw' ? 'active' : undefined;
  const full = status === undefined ? words : `configure ${words}-${before.seq} status=${status}`;
  const decision = player.play(commandOf(full), now);
  if (decision.kind !== 'accepted') expect(player.wallet).toBe(before);
  return said(decision);
}

/** A decision in the table's words. */
export function said(decision: Decision): string {
  switch (decision.kind) {
    case 'accepted':
      return decision.entries.map(({ type }) => type).join(' ') || '-';
    case 'unread':
      return `unread ${decision.facts.length}`;
    case 'replayed': {
      const { body, holdState, settledCredits } = decision.answer;
      return ['replay', body.type, holdState, settledCredits].filter((word) => word !== undefined).join(' ');
    }
    case 'rejected': {
      const { code, data } = decision.rejection;
      if (code === 'VALIDATION_FAILED') {
        return `${code} ${(data['errors'] as { path: string }[]).map(({ path }) => path).join(' ')}`.trim();
      }
      return [code, ...Object.entries(data).map(([name, value]) => `${name}=${String(value)}`)].join(' ');
    }
  }
}

/** The command that a table's words say. */
export function commandOf(words: string): Command {
  const tokens = words.split(/\s+/);
  const plain = tokens.filter((token) => !token.includes('='));
  const named = new Map(
    tokens.filter((token) => token.includes('=')).map((token) => token.split('=') as [string, string]),
  );
  const [type = '', first = '', second, third] = plain;
  const actor = { kind: 'service', pseudonym: named.get('by') ?? 'narrate' } as const;
  const keyed = (key: string, target: string, fields: Record<string, unknown>) => ({
    key,
    actor,
    fingerprint: fingerprint(type, target, asText(fields)), // as text: a table may hold numbers that JCS refuses
  });
  const optional = (name: string) => (named.has(name) ? { [name]: named.get(name) as string } : {});
  switch (type) {
    case 'grant': {
      const expires = named.has('expires') ? { expiresAt: ms(named.get('expires')) } : {};
      const fields = {
        kind: second as GrantKind,
        credits: Number(third),
        ...expires,
        ...rolloverIn(named),
        source: 'test',
        reasonCode: 'test',
      };
      return { type, ...keyed(first, WALLET_ID, fields), ...fields };
    }
    case 'pay': {
      const kind = named.get('kind') === 'plan' ? 'plan' : 'purchase';
      const expires = named.has('expires') ? { expiresAt: ms(named.get('expires')) } : {};
      const fields = { paymentId: first, granted: Number(second), clawedBack: Number(third ?? 0) };
      const common = keyed(named.get('key') ?? `pay-${plain.slice(1).join('-')}`, WALLET_ID, fields);
      const by = { kind: named.get('by') === 'user' ? 'user' : 'service', pseudonym: 'billing' } as const;
      const type = 'reconcilePayment';
      return { type, ...common, ...fields, kind, ...expires, ...rolloverIn(named), reasonCode: 'test', actor: by };
    }
    case 'refund': {
      const fields = { entryId: chargeIdOf(first), ...(second === undefined ? {} : { credits: Number(second) }) };
      const common = keyed(named.get('key') ?? `refund-${plain.slice(1).join('-')}`, WALLET_ID, fields);
      const by = named.get('by') === 'admin' ? ({ kind: 'admin', pseudonym: 'admin' } as const) : actor;
      return { type, ...common, ...fields, reasonCode: 'test', actor: by };
    }
    case 'reserve':
    case 'deduct': {
      const operation = named.get('op') ?? 'narration';
      const limited = named.has('perMinuteMax') ? { perMinuteMax: Number(named.get('perMinuteMax')) } : {};
      const priced = { operation, params: {}, credits: Number(second), priceVersion: 1, ...limited };
      const common = keyed(first, WALLET_ID, { operation, credits: priced.credits, ...optional('supersedes') });
      if (type === 'deduct') return { type, ...common, ...priced };
      const supersedes = named.has('supersedes') ? { supersedes: holdIdOf(named.get('supersedes') as string) } : {};
      return { type, ...common, ...priced, ttlMs: ms(named.get('ttl') ?? '900'), ...supersedes };
    }
    case 'extend': {
      const holdId = holdIdOf(first);
      const fields = { ttlMs: ms(second) };
      return { type, ...keyed(named.get('key') ?? `extend-${first}-${second}`, holdId, fields), holdId, ...fields };
    }
    case 'settle': {
      const fields = second === undefined ? {} : { credits: Number(second) };
      const holdId = holdIdOf(first);
      const common = keyed(named.get('key') ?? `settle-${first}`, holdId, fields);
      // The maximum price is the service's word, not the client's: it stands in no fingerprint.
      const max = named.has('max') ? { creditsMax: Number(named.get('max')) } : {};
      const overrun = named.has('overrun') ? { overrun: named.get('overrun') as 'absorb' | 'debt' } : {};
      return { type, ...common, holdId, ...fields, ...max, ...overrun };
    }
    case 'release': {
      const fields = { reasonCode: named.get('reason') ?? 'failed' };
      const holdId = holdIdOf(first);
      return { type, ...keyed(named.get('key') ?? `release-${first}`, holdId, fields), holdId, ...fields };
    }
    case 'configure': {
      const fields = {
        ...(named.has('unmetered') ? { unmetered: named.get('unmetered') === 'true' } : {}),
        ...(named.has('status') ? { status: named.get('status') as 'active' | 'frozen' } : {}),
        ...(named.has('limit') ? { overdraftLimit: Number(named.get('limit')) } : {}),
        ...capsIn(named),
        reasonCode: 'test',
      };
      const kind = named.get('by') === 'service' ? 'service' : 'admin';
      const common = keyed(first, WALLET_ID, { said: tokens.filter((token) => !token.startsWith('by=')).join(' ') });
      return { type, ...common, ...fields, actor: { kind, pseudonym: 'admin' } };
    }
    case 'tick':
      return { type };
    default:
      throw new Error(`no such command in a table: ${words}`);
  }
}

/** The entry of a charge in a table's words. */
export function chargeIdOf(words: string): string {
  const [type, key = ''] = words.split(':');
  switch (type) {
    case 'deduct':
      return keyId(WALLET_ID, 'deduct', key);
    case 'settle':
      return endId(holdIdOf(key));
    case 'late':
      return lateId(holdIdOf(key));
    default:
      return words;
  }
}

function rolloverIn(named: ReadonlyMap<string, string>): { rollover?: Rollover } {
  if (!named.has('cap')) return {};
  return { rollover: { cap: Number(named.get('cap')), expiresAt: ms(named.get('until')) } };
}

function capsIn(named: ReadonlyMap<string, string>): { caps?: Record<string, number> } {
  const caps = ['perMinute', 'daily', 'monthly'].flatMap((cap) =>
    named.has(cap) ? [[cap, Number(named.get(cap))]] : [],
  );
  return caps.length > 0 || named.has('caps') ? { caps: Object.fromEntries(caps) as Record<string, number> } : {};
}

/** Seconds of a table, to the microsecond, in ms. */
function ms(seconds: string | undefined): number {
  return Math.round(Number(seconds) * 1_000_000) / 1000;
}

function asText(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}
