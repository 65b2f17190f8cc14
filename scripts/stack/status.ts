/** What `up` shows at its end and while it stays: URLs, accounts, hints, then whether the services answer. */
import { setTimeout as delay } from 'node:timers/promises';
import colors from 'picocolors';
import { plainTable } from './phases.ts';
import type { StackFile } from './stack-file.ts';

const PERIOD_MS = 1_000;
const ANSWER_TIMEOUT_MS = 2_000;

/** URLs and demo accounts. */
export function overview(stack: StackFile): string {
  const urls = plainTable(['service', 'URL']);
  for (const [service, { url }] of Object.entries(stack.services)) urls.push([service, url]);
  urls.push(['Firebase Auth emulator', `http://${stack.auth.emulatorHost}`]);
  urls.push(['Firestore emulator', `http://${stack.firestore.host}`]);
  const accounts = plainTable(['account', 'password', 'wallet', '']);
  for (const { email, password, walletId, admin } of stack.accounts) {
    accounts.push([email, password, walletId, admin ? 'administrator' : '']);
  }
  return `${urls.toString()}\n${accounts.toString()}`;
}

/** What to do next. */
export function hints(stack: StackFile, audioFile: string): string {
  const user = stack.accounts.find((account) => !account.admin)?.email ?? '';
  return [
    `hear it     ${audioFile}`,
    `call it     curl -H "Authorization: Bearer $(npm run --silent token -- --user ${user})" ${stack.services.credits.url}/v1/wallets/me`,
    'load it     npm run load -- smoke',
    'change it   edit, then npm run pulumi -- up --yes   (or preview, refresh, destroy)',
    'not shown here: write limits and latency of the real Firestore, composite indexes, most of IAM, quotas;',
    '                packages/local-cloud/README.md has the list',
  ].join('\n');
}

/** A service as it is now. */
export interface Health {
  readonly service: string;
  readonly pid: number | undefined;
  readonly answers: boolean;
}

/** Shows the services' state until the signal comes: one line that is rewritten on a terminal, else a line a change. */
export async function showStatus(look: () => Promise<readonly Health[]>, signal: AbortSignal): Promise<void> {
  const terminal = process.stdout.isTTY;
  const startMs = Date.now();
  let shown = '';
  while (!signal.aborted) {
    const state = (await look()).map(healthText).join('   ') || colors.yellow('no services');
    if (terminal)
      process.stdout.write(`\r\x1b[2K${elapsed(Date.now() - startMs)}   ${state}   ${colors.dim('Ctrl-C stops')}`);
    else if (state !== shown) console.log(state);
    shown = state;
    await delay(PERIOD_MS, undefined, { signal }).catch(() => undefined);
  }
  if (terminal) process.stdout.write('\n');
}

/** True when the service says that it can work. */
export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function healthText({ service, pid, answers: healthy }: Health): string {
  const text = `${service} ${pid === undefined ? 'gone' : `pid ${pid}`}`;
  return healthy ? `${colors.green('●')} ${text}` : `${colors.red('●')} ${text} does not answer`;
}

function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
