// `npm run doctor`: which tools were found where, in which version, and how to get what is missing. Changes nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Table from 'cli-table3';
import colors from 'picocolors';
import { look } from './bootstrap/ensure.mjs';
import { findGo } from './bootstrap/tool-go.mjs';
import { onPath } from './bootstrap/find.mjs';
import { ask } from './bootstrap/run.mjs';
import { readState } from './bootstrap/state.mjs';
import { tools } from './bootstrap/tools.mjs';
import { runScript, UsageError } from './lib/script.ts';
import { repositoryRoot } from './lib/tools.ts';

/** What the doctor says about one tool. */
export interface Finding {
  readonly tool: string;
  /** ready; or made by itself when first needed; or missing, which only the user can mend. */
  readonly state: 'ready' | 'when needed' | 'missing';
  readonly version: string;
  /** How it came here: PATH, an environment variable, a package. */
  readonly source: string;
  /** Its path; for a tool that is not there what will be done, or the remedy. */
  readonly where: string;
}

const SPEECH_PACKAGE = '@echogarden/espeak-ng-emscripten';

function doctor(args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new UsageError(`takes no arguments, got "${args.join(' ')}"`);
  const findings = examine();
  console.log(process.stdout.isTTY ? table(findings) : lines(findings));
  const missing = findings.filter(({ state }) => state === 'missing');
  for (const { tool, where } of missing) console.log(`\n${colors.red(`${tool} is missing`)}: ${where}`);
  return Promise.resolve(missing.length === 0 ? 0 : 1);
}

/** Looks at every tool. */
export function examine(): Finding[] {
  return [...tools.map(ofTool), npm(), go(), speech()];
}

function ofTool(tool: (typeof tools)[number]): Finding {
  const state = readState();
  // This process runs on the Node that the set-up chose, so only the set-up knows where that came from.
  const found = tool.id === 'node' ? state['node'] : look([tool], state)[tool.id];
  if (found !== undefined) return ready(tool.title, found.version, found.source, found.path);
  const blocked = tool.blocked?.();
  if (blocked !== undefined) return absent(tool.title, 'missing', blocked.message);
  return absent(tool.title, 'when needed', 'set up when a command first needs it');
}

function npm(): Finding {
  const path = process.env['npm_execpath'] ?? onPath('npm');
  const agent = /^npm\/(\S+)/.exec(process.env['npm_config_user_agent'] ?? '');
  const version = agent?.[1] ?? versionIn(ask('npm', ['--version']));
  if (path === undefined || version === undefined) {
    return absent('npm', 'missing', 'it comes with Node.js: https://nodejs.org');
  }
  return ready('npm', version, 'PATH', path);
}

/** Only a tool that must be built needs Go, and says so itself when it is missing. */
function go(): Finding {
  const path = findGo();
  if (path === undefined)
    return absent('Go', 'when needed', 'not found; it only builds Pulumi and k6 where they are missing');
  return ready('Go', versionIn(ask(path, ['version'])) ?? '', 'PATH', path);
}

function speech(): Finding {
  const folder = join('node_modules', SPEECH_PACKAGE);
  const file = join(repositoryRoot, folder, 'package.json');
  if (!existsSync(file)) return absent('eSpeak NG', 'missing', `${SPEECH_PACKAGE} is not installed: run \`npm ci\``);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return ready('eSpeak NG', version, 'package-lock.json', folder);
}

function ready(tool: string, version: string, source: string, path: string): Finding {
  return { tool, state: 'ready', version, source, where: path.replace(`${repositoryRoot}/`, '') };
}

function absent(tool: string, state: 'when needed' | 'missing', where: string): Finding {
  return { tool, state, version: '', source: '', where };
}

function versionIn(answer: string | undefined): string | undefined {
  return /\d+\.\d+(\.\d+)?/.exec(answer ?? '')?.[0];
}

const MARKS = { ready: colors.green('✓'), 'when needed': colors.yellow('•'), missing: colors.red('✗') } as const;

/** What the frame and the other columns take of a line. */
const OTHER_COLUMNS = 78;
const WHERE_COLUMNS_MIN = 30;

function table(findings: readonly Finding[]): string {
  const whereColumns = Math.max(WHERE_COLUMNS_MIN, process.stdout.columns - OTHER_COLUMNS);
  const output = new Table({
    head: ['', 'tool', 'version', 'source', 'where'],
    style: { head: ['bold'], border: ['dim'] },
    // A line under the head, none between the rows.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const { tool, state, version, source, where } of findings) {
    output.push([
      MARKS[state],
      tool,
      version,
      source,
      (where.match(new RegExp(`.{1,${whereColumns}}`, 'g')) ?? []).join('\n'),
    ]);
  }
  return output.toString();
}

/** For pipes: fixed columns, no frame and no colour. */
function lines(findings: readonly Finding[]): string {
  return findings
    .map(({ tool, state, version, source, where }) =>
      [state.padEnd(11), tool.padEnd(18), version.padEnd(19), source.padEnd(20), where].join('  '),
    )
    .join('\n');
}

await runScript('doctor', import.meta, doctor);
