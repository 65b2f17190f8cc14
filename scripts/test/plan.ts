// Which checks and tests `npm test` runs, from its arguments. Pure.
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/script.ts';

/** Static checks, each counted as one. */
export const checkNames = ['format', 'lint', 'types', 'dependencies'] as const;
/** Projects of jest.config.js, each test counted as one; in the order in which they run. */
export const projectNames = ['unit', 'emulator', 'system'] as const;

export type CheckName = (typeof checkNames)[number];
export type ProjectName = (typeof projectNames)[number];

export interface Plan {
  readonly checks: readonly CheckName[];
  readonly projects: readonly ProjectName[];
  /** Parts of paths: only test files that match one of them. Empty: all. */
  readonly paths: readonly string[];
  /** A regular expression over test titles, or undefined for all. */
  readonly title: string | undefined;
}

/**
 * The plan of a command line: names of checks and projects select those, anything else is part of a test file's path, and
 * paths without a name look in all projects. No argument: everything. Throws UsageError for an unknown flag.
 */
export function planOf(args: readonly string[]): Plan {
  const { names, title } = parse(args);
  const checks = checkNames.filter((name) => names.includes(name));
  const projects = projectNames.filter((name) => names.includes(name));
  const paths = names.filter((name) => ![...checkNames, ...projectNames].includes(name as CheckName));
  if (checks.length + projects.length > 0) return { checks, projects, paths, title };
  const filtered = paths.length > 0 || title !== undefined;
  return { checks: filtered ? [] : checkNames, projects: projectNames, paths, title };
}

function parse(args: readonly string[]): { names: string[]; title: string | undefined } {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { title: { type: 'string', short: 't' } },
    });
    return { names: positionals, title: values.title };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('. ')[0] : String(error);
    const names = [...checkNames, ...projectNames].join('|');
    throw new UsageError(`${reason}; usage: npm test -- [${names}]... [PART OF A PATH]... [-t TITLE]`);
  }
}
