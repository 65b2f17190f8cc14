/** The catalog is consistent: every operation has one price, every name refers to something, every table is closed. */
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import {
  buckets,
  callers,
  dearestParams,
  envNameOf,
  errors,
  isOperation,
  limits,
  metrics,
  operations,
  packages,
  plans,
  priceBook,
  roleOf,
  secrets,
  services,
  type Operation,
  type OperationId,
  type Use,
} from './index.ts';

describe('operations and prices', () => {
  it('gives every operation exactly one price in every version of the price book', () => {
    for (const { prices } of priceBook) expect(Object.keys(prices).sort()).toEqual(Object.keys(operations).sort());
  });

  it('keeps the price book in ascending order, so that a price never depends on the order of the file', () => {
    for (const [index, version] of priceBook.entries()) {
      expect(version.version).toBe(index + 1);
      expect(version.effectiveFrom).toBeGreaterThan(priceBook[index - 1]?.effectiveFrom ?? 0);
    }
  });

  it('prices by integer credits and by parameters that the operation requires as bounded integers', () => {
    for (const { prices } of priceBook) {
      for (const [id, formula] of Object.entries(prices)) {
        expect(Number.isSafeInteger(formula.credits)).toBe(true);
        if (formula.kind !== 'per') continue;
        const { params }: Operation = operations[id as keyof typeof operations];
        const schema = params.shape[formula.param];
        expect(schema).toBeInstanceOf(z.ZodNumber);
        const json = z.toJSONSchema(schema as z.ZodNumber) as { type: string; minimum: number; maximum: number };
        expect(json.type).toBe('integer');
        expect(json.minimum).toBeGreaterThanOrEqual(1);
        expect(Math.ceil(json.maximum / formula.unit) * formula.credits).toBeLessThanOrEqual(limits.grantCreditsMax);
      }
    }
  });

  it('knows of every operation the parameters at which it costs most, and they are legal', () => {
    expect(dearestParams('narration')).toEqual({ characters: 100_000 });
    expect(dearestParams('image-generation')).toEqual({ imageCount: 20 });
    expect(dearestParams('pro-polish')).toEqual({});
    for (const [id, { params }] of Object.entries<Operation>(operations))
      expect(params.safeParse(dearestParams(id as OperationId)).success).toBe(true);
  });

  it.each(['constructor', '__proto__', 'toString', '', 'Narration', null, 7, ['narration']])(
    'knows no operation %p',
    (value) => {
      expect(isOperation(value)).toBe(false);
    },
  );

  it.each([
    ['narration', { characters: 0 }],
    ['narration', { characters: 100_001 }],
    ['narration', { characters: 1.5 }],
    ['narration', { characters: '100' }],
    ['narration', { characters: Number.NaN }],
    ['narration', { characters: 100, more: 1 }],
    ['narration', {}],
    ['image-generation', { imageCount: 21 }],
    ['pro-polish', { anything: true }],
  ] as const)('refuses %s of %p', (id, params) => {
    expect(operations[id].params.safeParse(params).success).toBe(false);
  });

  it('is charged only by accounts that exist', () => {
    const accounts = new Set([...Object.keys(services), ...Object.keys(callers)]);
    for (const { chargedBy } of Object.values<Operation>(operations)) {
      for (const account of chargedBy) expect(accounts).toContain(account);
    }
  });
});

describe('uses', () => {
  const users = Object.entries<{ uses: readonly Use[] }>({ ...services, ...callers });
  const known: Partial<Record<Use['kind'], Set<string>>> = {
    bucket: new Set(Object.keys(buckets)),
    secret: new Set(Object.keys(secrets)),
    service: new Set(Object.keys(services)),
  };

  it.each(users)('%s names only resources that exist, each once', (_name, { uses }) => {
    for (const use of uses) if ('name' in use) expect(known[use.kind]).toContain(use.name);
    expect(new Set(uses.map((use) => JSON.stringify(use))).size).toBe(uses.length);
  });

  it('follows wire.md', () => {
    expect(envNameOf({ kind: 'secret', name: 'actor-pseudonym-key', access: 'read' })).toBe('ACTOR_PSEUDONYM_KEY');
    expect(envNameOf({ kind: 'bucket', name: 'media', access: 'read-write' })).toBe('BUCKET_MEDIA');
    expect(envNameOf({ kind: 'service', name: 'credits', access: 'call' })).toBe('SERVICE_URL_CREDITS');
    expect(roleOf({ kind: 'service', name: 'credits', access: 'call' }, 'public')).toBeNull();
    expect(roleOf({ kind: 'service', name: 'credits', access: 'call' }, 'private')).toBe('roles/run.invoker');
    expect(roleOf({ kind: 'auth', access: 'manage' })).toBe('roles/firebaseauth.admin');
  });

  it('lets credits look users up, for the revocation of administrators, and change none', () => {
    const roles = services.credits.uses.filter(({ kind }) => kind === 'auth').map((use) => roleOf(use));
    expect(roles).toEqual(['roles/firebaseauth.viewer']);
    expect(envNameOf({ kind: 'auth', access: 'read' })).toBeNull();
  });
});

describe('plans, packages, errors, metrics', () => {
  it('sells for positive amounts of credits and money', () => {
    for (const { credits, amountMinor } of Object.values(packages)) {
      expect(credits).toBeGreaterThan(0);
      expect(amountMinor).toBeGreaterThan(0);
    }
    expect(plans.free.amountMinor).toBe(0);
  });

  it('never tells an outage as a lack of credits: 503 is retryable with the same key, 402 is no 5xx', () => {
    for (const { status, retryable, retrySameKey } of Object.values(errors)) {
      if (status === 503) expect({ retryable, retrySameKey }).toEqual({ retryable: true, retrySameKey: true });
    }
    expect(errors.INSUFFICIENT_CREDITS.status).toBe(402);
  });

  it('names units in the metric, bounds its labels and buckets', () => {
    for (const [name, metric] of Object.entries(metrics)) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      if (metric.kind === 'counter') expect(name).toMatch(/_total$/);
      if (metric.kind === 'histogram') {
        expect(name).toMatch(/_seconds$/);
        expect(metric.buckets.length).toBeLessThanOrEqual(12);
      }
    }
  });
});
