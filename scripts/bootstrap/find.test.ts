// The small decisions of the set-up: which version is newer, which Java is enough, which program on PATH counts.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareVersions, digest, onPath } from './find.mjs';
import { root } from './paths.mjs';
import { majorOf } from './tool-java.mjs';

describe('compareVersions', () => {
  it.each([
    ['22.18.0', '22.18.0', 0],
    ['22.9.0', '22.18.0', -1],
    ['24.0.0', '22.18.0', 1],
    ['1.19.8', '1.19.10', -1],
    ['2.0', '2.0.0', 0],
    ['23.0.0-nightly20240101', '22.18.0', 1],
  ])('%s against %s: %i', (a, b, sign) => {
    expect(Math.sign(compareVersions(a, b))).toBe(sign);
  });
});

describe('majorOf', () => {
  it.each([
    ['17.0.15', 17],
    ['21', 21],
    ['25-ea', 25],
    ['1.8.0_412', 8],
  ])('Java %s is %i', (version, major) => {
    expect(majorOf(version)).toBe(major);
  });
});

describe('onPath', () => {
  let folder: string;
  const before = process.env['PATH'];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'on-path-'));
    for (const [name, mode] of [
      ['tool', 0o755],
      ['text', 0o644],
    ] as const) {
      writeFileSync(join(folder, name), '#!/bin/sh\n');
      chmodSync(join(folder, name), mode);
    }
    mkdirSync(join(folder, 'folder'));
  });

  afterAll(() => {
    process.env['PATH'] = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds executables, not texts or folders', () => {
    process.env['PATH'] = `/nowhere:${folder}`;
    expect(onPath('tool')).toBe(join(folder, 'tool'));
    expect(onPath('text')).toBeUndefined();
    expect(onPath('folder')).toBeUndefined();
  });

  it("never takes a package's namesake for the tool", () => {
    process.env['PATH'] = join(root, 'node_modules', '.bin');
    expect(onPath('jest')).toBeUndefined();
  });
});

describe('digest', () => {
  it('differs when a text moves from one place to the next', () => {
    expect(digest({ texts: ['ab', 'c'] })).not.toBe(digest({ texts: ['a', 'bc'] }));
  });
});
