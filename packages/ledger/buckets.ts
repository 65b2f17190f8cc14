// Buckets: which grant takes credits that come in. Credits of one kind and expiry share one, so that a wallet stays small.
import { parseEntry } from './chain.ts';
import { grantsMax } from './limits.ts';
import type { Entry, Grant, GrantFields, GrantKind, Rollover, Wallet } from './types.ts';

/** Promotional credits are spent before paid ones of the same expiry. */
const PRIORITY: Readonly<Record<GrantKind, number>> = { signup: 0, free: 0, bonus: 0, plan: 1, purchase: 1 };

/** 0 for promotional credits, 1 for paid ones. */
export function priorityOf(kind: GrantKind): number {
  return PRIORITY[kind];
}

/** What credits are: all that decides which bucket takes them. */
export interface Origin {
  readonly kind: GrantKind;
  readonly expiresAt?: number;
  readonly rollover?: Rollover;
}

/**
 * The bucket that takes credits of an origin; undefined where one of their own begins. That is the one of equal kind and
 * expiry; past the bound of buckets, the next to expire later (of the same priority, if there is one).
 */
export function bucketFor({ grants }: Pick<Wallet, 'grants'>, origin: Origin): Grant | undefined {
  if (origin.rollover === undefined) {
    const equal = grants.find(
      (grant) => isPlain(grant) && grant.kind === origin.kind && grant.expiresAt === origin.expiresAt,
    );
    if (equal !== undefined) return equal;
  }
  if (grants.length < grantsMax) return undefined;
  const later = grants.filter(
    (grant) => isPlain(grant) && (grant.expiresAt ?? Infinity) >= (origin.expiresAt ?? Infinity),
  );
  return later.find(({ priority }) => priority === priorityOf(origin.kind)) ?? later[0];
}

/** Credits in a grant that rolls over keep to themselves: its cap is theirs. */
function isPlain({ rollover }: Grant): boolean {
  return rollover === undefined;
}

/** A grant without credits yet: the postings fill it. */
export function emptyGrant(grantId: string, { kind, expiresAt, rollover }: Origin, seq: number): Grant {
  return {
    grantId,
    kind,
    priority: priorityOf(kind),
    remaining: 0,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    seq,
    ...(rollover === undefined ? {} : { rollover: { cap: rollover.cap, expiresAt: rollover.expiresAt } }),
  };
}

/** The grant that an entry began, as it was then, empty; undefined for an entry that began none. */
export function grantBegunBy(entry: Entry | null | undefined): Grant | undefined {
  if (!entry) return undefined;
  const { grant, seq } = parseEntry(entry);
  return grant === undefined || grant.mergedInto !== undefined ? undefined : emptyGrant(entry.id, grant, seq);
}

/** Where credits that an entry grants go: the bucket, and what the entry says of it. */
export interface Begun {
  readonly bucket: Grant;
  readonly fields: GrantFields;
}

/** Finds the bucket of what an entry grants, or begins it under the entry's id. Keys of the fields in ascending order. */
export function beginGrant(
  wallet: Pick<Wallet, 'grants' | 'seq'>,
  entryId: string,
  origin: Origin & { readonly credits: number; readonly source: string },
): Begun {
  const { credits, expiresAt, kind, rollover, source } = origin;
  const into = bucketFor(wallet, origin);
  const rolls =
    into === undefined && rollover !== undefined ? { cap: rollover.cap + 0, expiresAt: rollover.expiresAt } : undefined;
  const bucket = into ?? emptyGrant(entryId, origin, wallet.seq + 1);
  return {
    bucket,
    fields: {
      credits,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      kind,
      ...(into === undefined ? {} : { mergedInto: into.grantId }),
      ...(rolls === undefined ? {} : { rollover: rolls }),
      source,
    },
  };
}

const DAY_MS = 86_400_000;

/** The end of the UTC day of `at`, ms; `at` itself where it is the beginning of one. Buckets are equal by it. */
export function endOfDay(at: number): number {
  return Math.ceil(at / DAY_MS) * DAY_MS;
}
