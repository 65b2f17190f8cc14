// The static checks of `npm test`: each one or more commands that must all end with exit code 0.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../lib/tools.ts';
import { runNode } from './command.ts';
import type { Outcome } from './jest-report.ts';
import type { CheckName } from './plan.ts';

const rooms = ['packages', 'services', 'functions', 'infra', 'dashboards', 'loadtests', 'bench', 'scripts', 'tests'];

const commands: Record<CheckName, () => string[][]> = {
  format: () => [['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
  lint: () => [['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.']],
  // k6 has globals of its own instead of Node's, hence a second set of types.
  types: () => ['.', 'loadtests'].map((folder) => ['node_modules/typescript/bin/tsc', '--noEmit', '-p', folder]),
  dependencies: () => [
    [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      ...rooms.filter((room) => existsSync(join(repositoryRoot, room))),
    ],
  ],
};

/** Runs a check to its end; what it printed comes with a failure. */
export async function runCheck(name: CheckName): Promise<Outcome & { seconds: number; output: string }> {
  let seconds = 0;
  let output = '';
  let failed = false;
  for (const args of commands[name]()) {
    const ended = await runNode(args);
    seconds += ended.seconds;
    if (ended.code === 0) continue;
    failed = true;
    output += ended.output;
  }
  return { passed: failed ? 0 : 1, failures: failed ? [`check ${name}`] : [], seconds, output };
}
