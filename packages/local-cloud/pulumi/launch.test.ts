// What the language host starts, and what it does not put where other users could read it.
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { policyPackLaunch, programLaunch } from './launch.ts';

const REQUEST = {
  engine: '127.0.0.1:1',
  monitor: '127.0.0.1:2',
  organization: 'organization',
  project: 'bakery',
  stack: 'local',
  programDirectory: import.meta.dirname,
  rootDirectory: import.meta.dirname,
  entryPoint: 'infra/index.ts',
  dryRun: true,
  parallel: 4,
  config: { 'bakery:yeast': 'hush' },
  secretKeys: ['bakery:yeast'],
};

describe('programLaunch', () => {
  it("starts Pulumi's own runner on this Node, the entry point last", () => {
    const { command, args } = programLaunch(REQUEST);
    expect(command).toBe(process.execPath);
    expect(existsSync(args[0] ?? '')).toBe(true);
    expect(args.slice(1)).toStrictEqual(
      [
        ['--monitor', '127.0.0.1:2', '--engine', '127.0.0.1:1', '--organization', 'organization'],
        ['--project', 'bakery', '--stack', 'local', '--pwd', import.meta.dirname],
        ['--root-directory', import.meta.dirname, '--dry-run', '--parallel', '4', 'infra/index.ts'],
      ].flat(),
    );
  });

  it('leaves --dry-run out of a real run', () => {
    expect(programLaunch({ ...REQUEST, dryRun: false }).args).not.toContain('--dry-run');
  });

  it('hands config over by environment only', () => {
    const { args, env } = programLaunch(REQUEST);
    expect(args.join(' ')).not.toContain('hush');
    expect(JSON.parse(env['PULUMI_CONFIG'] ?? '')).toStrictEqual(REQUEST.config);
    expect(JSON.parse(env['PULUMI_CONFIG_SECRET_KEYS'] ?? '')).toStrictEqual(['bakery:yeast']);
    expect(env['PULUMI_NODEJS_TYPESCRIPT']).toBe('false');
  });
});

describe('policyPackLaunch', () => {
  it("gives the pack the engine's arguments and environment, and nothing of ours", () => {
    const { args, env, cwd } = policyPackLaunch(import.meta.dirname, ['127.0.0.1:1'], ['A=b=c', 'EMPTY=']);
    expect(args.slice(1)).toStrictEqual(['127.0.0.1:1', import.meta.dirname]);
    expect(env).toStrictEqual({ A: 'b=c', EMPTY: '' });
    expect(cwd).toBe(import.meta.dirname);
  });
});
