// What each gRPC status means for exactness: a status that leaves a doubt must never read as a definite no.
import { describe, expect, it } from '@jest/globals';
import { EntryExists, StaleVersion, StoreUnavailable, UnknownOutcome } from '../port.ts';
import { mapCommitFailure, mapReadFailure } from './failures.ts';

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

describe('a failed read', () => {
  it.each([1, 2, 4, 8, 10, 13, 14])('of status %i is unavailable', (code) => {
    expect(mapReadFailure(status(code))).toBeInstanceOf(StoreUnavailable);
  });
});
