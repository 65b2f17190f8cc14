// foundTools: paths that exist, or a message that names the tool and the remedy.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foundTools, ToolMissing } from './tools.ts';

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'found-tools-'));
  file = join(folder, 'found.json');
  writeFileSync(file, JSON.stringify({ node: process.execPath, k6: join(folder, 'gone') }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('foundTools', () => {
  it('gives the path of a tool that is there', () => {
    expect(foundTools(file).node).toBe(process.execPath);
  });

  it('complains only about the tool that is asked for', () => {
    const tools = foundTools(file);
    expect(() => tools.pulumi).toThrow(ToolMissing);
    expect(() => tools.pulumi).toThrow('the Pulumi CLI was not set up');
    expect(() => tools.k6).toThrow(`k6 is no longer at ${join(folder, 'gone')}`);
    expect(() => tools.firestoreEmulatorJar).toThrow('FIRESTORE_EMULATOR_JAR');
  });

  it('says the same when nothing was ever set up', () => {
    expect(() => foundTools(join(folder, 'never.json')).java).toThrow('Java >= 17 was not set up');
  });
});
