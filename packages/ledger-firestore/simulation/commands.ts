// The commands of testing/, with fingerprints over everything that a client says: in here equal keys meet other bodies.
import { fingerprint, type DeductCommand, type GrantCommand, type ReserveCommand } from '@reelbanana/ledger';
import * as short from '../testing/commands.ts';

export { configure, extend, pay, refund, release, settle } from '../testing/commands.ts';

export function grant(key: string, credits: number, more: Partial<GrantCommand> = {}): GrantCommand {
  const { kind = 'bonus', expiresAt = 0, rollover = { cap: 0, expiresAt: 0 } } = more;
  const print = fingerprint('grant', '', { credits, kind, expiresAt, rollover: { ...rollover } });
  return short.grant(key, credits, { fingerprint: print, ...more });
}

export function deduct(key: string, credits: number): DeductCommand {
  if (!Number.isInteger(credits)) return { ...short.deduct(key, 1), credits };
  return { ...short.deduct(key, credits), params: { characters: credits * 100 + 1 } };
}

export function reserve(key: string, credits: number, more: Partial<ReserveCommand> = {}): ReserveCommand {
  const { ttlMs = 60_000, supersedes = '' } = more;
  const command = short.reserve(key, credits, {
    fingerprint: fingerprint('reserve', '', { credits, ttlMs, supersedes }),
    ...more,
  });
  return command;
}
