// Command lines of `up` and `token`: what they mean, and one line for what means nothing.
import { describe, expect, it } from '@jest/globals';
import { UsageError } from '../lib/script.ts';
import { readCall } from '../token.ts';
import { readFlags } from './flags.ts';

describe('up', () => {
  it('stays unless told --once', () => {
    expect(readFlags([])).toEqual({ once: false });
    expect(readFlags(['--once'])).toEqual({ once: true });
  });

  it.each([[['--twice']], [['once']], [['--once=yes']], [['-o']]])('refuses %j', (args) => {
    expect(() => readFlags(args)).toThrow(UsageError);
    expect(() => readFlags(args)).toThrow(/^[^\n]+$/);
  });
});

describe('token', () => {
  it('is asked for by user, administrator, or service account and audience', () => {
    expect(readCall(['--user', 'a@b.example'])).toEqual({ kind: 'user', email: 'a@b.example' });
    expect(readCall(['--admin'])).toEqual({ kind: 'admin' });
    expect(readCall(['--service', 'narrate'])).toEqual({ kind: 'service', name: 'narrate', audience: 'credits' });
    expect(readCall(['--service', 'loadtest', '--audience', 'narrate'])).toEqual({
      kind: 'service',
      name: 'loadtest',
      audience: 'narrate',
    });
  });

  it.each([
    [[]],
    [['--admin', '--user', 'a@b.example']],
    [['--user']],
    [['--nobody']],
    [['--admin', '--audience', 'credits']],
    [['a@b.example']],
  ])('refuses %j', (args) => {
    expect(() => readCall(args)).toThrow(UsageError);
    expect(() => readCall(args)).toThrow(/^[^\n]+$/);
  });
});
