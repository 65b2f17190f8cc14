// The jest projects of `npm test`, one jest run each.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../lib/tools.ts';
import { runNode } from './command.ts';
import { outcomeOf, type JestReport, type Outcome } from './jest-report.ts';
import type { Plan, ProjectName } from './plan.ts';

/** Two cores. One system test runs the stack of this checkout, every other one a copy: they do not meet. */
const WORKERS: Record<ProjectName, number> = { unit: 2, emulator: 2, system: 2 };
/** How long jest may take to end after it has reported; more means that a test left a server or a process behind. */
const EXIT_GRACE_MS = 30_000;
const POLL_MS = 500;

/** Runs one project; its output goes to `onOutput` while it comes. */
export async function runProject(
  name: ProjectName,
  { paths, title }: Pick<Plan, 'paths' | 'title'>,
  onOutput: (text: string) => void,
): Promise<Outcome & { seconds: number }> {
  const folder = join(repositoryRoot, '.cache', 'test');
  mkdirSync(folder, { recursive: true });
  const reportFile = join(folder, `${name}.json`);
  rmSync(reportFile, { force: true });
  let hung = false;
  const ended = await runNode(
    [
      'node_modules/jest/bin/jest.js',
      ...['--selectProjects', name, '--maxWorkers', String(WORKERS[name]), '--silent=false'],
      ...['--json', '--outputFile', reportFile, '--passWithNoTests'],
      ...(title === undefined ? [] : ['--testNamePattern', title]),
      ...(paths.length === 0 ? [] : ['--testPathPatterns', ...paths]),
    ],
    {
      env: {
        NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`,
      },
      onOutput: (text) => onOutput(withoutReport(text)),
      onStart: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(reportFile)) return;
          clearInterval(timer);
          const kill = setTimeout(() => (hung = child.kill('SIGKILL')), EXIT_GRACE_MS);
          child.once('close', () => clearTimeout(kill));
        }, POLL_MS);
        child.once('close', () => clearInterval(timer));
      },
    },
  );
  const { seconds, code } = ended;
  if (!existsSync(reportFile)) return { passed: 0, failures: [`${name}: jest ended without a report`], seconds };
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport;
  const outcome = outcomeOf(report, { root: repositoryRoot, title: title !== undefined });
  if (hung)
    return {
      ...outcome,
      failures: [...outcome.failures, `${name}: jest did not end: a test left something open`],
      seconds,
    };
  // All tests passed and yet jest failed: the set-up or tear-down of the project.
  const silent = code !== 0 && outcome.failures.length === 0;
  return {
    ...outcome,
    failures: silent ? [`${name}: jest ended with exit code ${code ?? 'none'}`] : outcome.failures,
    seconds,
  };
}

/** jest says where it wrote the report, and that no test was found where a path filter leaves a project empty. */
function withoutReport(text: string): string {
  return text.replace(/^Test results written to: .*\n/m, '');
}
