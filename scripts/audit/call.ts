/** The command line of `npm run audit`. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { UsageError } from '../lib/script.ts';

export interface AuditCall {
  /** Absent: the running stack. */
  readonly project: string | undefined;
  readonly database: string;
  /** A folder, or `gs://BUCKET`; null: chains are judged by themselves alone. */
  readonly checkpoints: string | null;
  /** PEM texts. */
  readonly signingKey: string | null;
  readonly publicKeys: readonly string[];
  readonly formerEnvs: readonly string[];
  /** At most so many in this run. */
  readonly wallets: number;
  readonly resume: boolean;
  readonly json: boolean;
}

/** Reads the command line and the key files that it names. Throws UsageError with one line. */
export function readAuditCall(args: readonly string[]): AuditCall {
  const given = parse(args);
  const { project, database, checkpoints, wallets, resume = false, json = false } = given;
  const publicKeys = (given['public-key'] ?? []).map((file) => readKey(file, 'PUBLIC'));
  const signingKey = given['signing-key'] === undefined ? null : readKey(given['signing-key'], 'PRIVATE');
  const hasKey = signingKey !== null || publicKeys.length > 0;
  if (database !== undefined && project === undefined) throw new UsageError('--database goes with --project');
  if (checkpoints === undefined && hasKey) throw new UsageError('a key goes with --checkpoints FOLDER or gs://BUCKET');
  if (checkpoints !== undefined && !hasKey)
    throw new UsageError('--checkpoints needs --signing-key FILE, or --public-key FILE to verify only');
  if (wallets !== undefined && !/^[1-9]\d{0,8}$/.test(wallets))
    throw new UsageError('--wallets is a whole number >= 1');
  return {
    project,
    database: database ?? '(default)',
    checkpoints: checkpoints ?? null,
    signingKey,
    publicKeys,
    formerEnvs: given['former-env'] ?? [],
    wallets: wallets === undefined ? Infinity : Number(wallets),
    resume,
    json,
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const texts = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    project: text,
    database: text,
    checkpoints: text,
    'signing-key': text,
    'public-key': texts,
    'former-env': texts,
    wallets: text,
    resume: flag,
    json: flag,
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const flags = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${(error as Error).message.split('.')[0]}; the flags are ${flags.join(', ')}`);
  }
}

function readKey(file: string, kind: 'PUBLIC' | 'PRIVATE'): string {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`the key ${file} cannot be read`);
  }
  if (!pem.includes(`-----BEGIN ${kind} KEY-----`)) throw new UsageError(`${file} is no ${kind} KEY in PEM`);
  return pem;
}
