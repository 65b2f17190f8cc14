// What each gRPC status means for exactness: a status that leaves a doubt must never read as a definite no.
import { describe, expect, it } from '@jest/globals';
import { EntryExists, StaleVersion, StoreUnavailable, UnknownOutcome } from '../port.ts';
import { isTransient, mapCommitFailure, mapReadFailure } from './failures.ts';

const status = (code: number) => Object.assign(new Error(`status ${code}`), { code });

describe('a failed commit', () => {
  it.each([
    [6, EntryExists],
    [9, StaleVersion],
    [5, StaleVersion],
    [1, UnknownOutcome],
    [2, UnknownOutcome],
    [4, UnknownOutcome],
    [8, UnknownOutcome],
    [10, UnknownOutcome],
    [13, UnknownOutcome],
    [14, UnknownOutcome],
    [15, UnknownOutcome],
  ])('of status %i is a %p', (code, kind) => {
    const failure = mapCommitFailure(status(code), ['w']);
    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).cause).toMatchObject({ code });
  });

  it.each([3, 7, 11, 12, 16])('of status %i is a bug or a missing role, and passes as it is', (code) => {
    const error = status(code);
    expect(mapCommitFailure(error, ['w'])).toBe(error);
    expect(mapReadFailure(error)).toBe(error);
  });

  it.each([
    [8, true],
    [10, true],
    [14, false],
  ])('of status %i: contended is %p', (code, contended) => {
    expect(mapCommitFailure(status(code), ['w'])).toMatchObject({ contended });
  });

  it('without a status (a broken connection, no token) is unknown; a TypeError is a bug', () => {
    expect(mapCommitFailure(new Error('socket hang up'), ['w'])).toBeInstanceOf(UnknownOutcome);
    const bug = new TypeError('x is not a function');
    expect(mapCommitFailure(bug, ['w'])).toBe(bug);
    expect(mapReadFailure(bug)).toBe(bug);
  });
});

describe('a call that was never sent', () => {
  it('is unavailable, for a commit as for a read', () => {
    const failure = new StoreUnavailable('no channel');
    expect(mapCommitFailure(failure, ['w'])).toBe(failure);
    expect(mapReadFailure(failure)).toBe(failure);
    expect(isTransient(failure)).toBe(false);
  });
});

describe('a failed read', () => {
  it.each([1, 2, 4, 8, 10, 13])('of status %i is not sent again by the store; 14 is', (code) => {
    expect(isTransient(status(code))).toBe(false);
    expect(isTransient(status(14))).toBe(true);
  });

  it.each([1, 2, 4, 8, 10, 13, 14])('of status %i is unavailable', (code) => {
    expect(mapReadFailure(status(code))).toBeInstanceOf(StoreUnavailable);
  });
});
