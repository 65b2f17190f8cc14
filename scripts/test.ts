// `npm test`: every check and every test, or those that its arguments name; ends with the line "N passed, N failed".
//
// Two things run at a time: the checks one after the other beside the tests of one project after the other.
import colors from 'picocolors';
import { runScript } from './lib/script.ts';
import { runCheck } from './test/checks.ts';
import { stopCommands } from './test/command.ts';
import type { Outcome } from './test/jest-report.ts';
import { planOf, type Plan } from './test/plan.ts';
import { runProject } from './test/projects.ts';

type Part = Outcome & { readonly name: string; readonly seconds: number };

/** Runs what the arguments say and returns the exit code: 0 only when something ran and nothing failed. */
async function test(args: readonly string[], signal: AbortSignal): Promise<number> {
  const plan = planOf(args);
  signal.addEventListener('abort', stopCommands);
  const parts = (await Promise.all([checks(plan, signal), projects(plan, signal)])).flat();
  if (signal.aborted) {
    console.log('interrupted');
    return 130;
  }
  return summary(parts);
}

async function checks(plan: Plan, signal: AbortSignal): Promise<Part[]> {
  const parts: Part[] = [];
  for (const name of plan.checks) {
    if (signal.aborted) break;
    const { output, ...part } = await runCheck(name);
    parts.push({ name, ...part });
    console.log(`${mark(part)} ${name}, ${part.seconds.toFixed(1)} s`);
    if (part.failures.length > 0) console.log(output.trimEnd());
  }
  return parts;
}

async function projects(plan: Plan, signal: AbortSignal): Promise<Part[]> {
  const parts: Part[] = [];
  for (const name of plan.projects) {
    if (signal.aborted) break;
    const part = await runProject(name, plan, (text) => process.stdout.write(text));
    parts.push({ name, ...part });
  }
  return parts;
}

function mark({ failures }: Outcome): string {
  return failures.length === 0 ? colors.green('✓') : colors.red('✗');
}

function summary(parts: readonly Part[]): number {
  const passed = parts.reduce((sum, part) => sum + part.passed, 0);
  const failures = parts.flatMap((part) => part.failures);
  console.log('\nSummary');
  for (const part of parts) {
    const counts = part.failures.length === 0 ? `${part.passed}` : `${part.passed}, failed ${part.failures.length}`;
    console.log(
      `${mark(part)} ${part.name.padEnd(13)} ${`${part.seconds.toFixed(1)} s`.padStart(8)}  passed ${counts}`,
    );
  }
  for (const failure of failures) console.log(`${colors.red('failed')}  ${failure}`);
  if (passed + failures.length === 0) console.log('nothing ran: no test matches');
  console.log(`${passed} passed, ${failures.length} failed`);
  return passed > 0 && failures.length === 0 ? 0 : 1;
}

await runScript('test', import.meta, test);
