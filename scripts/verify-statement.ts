/**
 * `npm run verify-statement -- FILE`: proves a statement (`GET /v1/wallets/{id or me}/statement`, JSON) by itself, offline:
 * chain, hashes over the stored bytes, postings, balances. Exit 0 and what it stands for; 1 and the first entry that is
 * wrong; 2 with one line for a wrong call and for a file that is no whole statement.
 */
import { readFileSync } from 'node:fs';
import { verifyStatement, type StatementVerdict } from '@reelbanana/ledger/statement';
import { runScript, UsageError } from './lib/script.ts';

const usage = 'usage: npm run verify-statement -- FILE';

/** Throws UsageError with one line. */
export function readStatement(args: readonly string[]): unknown {
  const [file, ...more] = args;
  if (file === undefined || file.startsWith('-') || more.length > 0) throw new UsageError(usage);
  const text = textOf(file);
  if (file.endsWith('.csv') || /^\uFEFF?"?seq"?,/.test(text))
    throw new UsageError(`${file} is CSV, which is for people and lacks the bytes to prove: ask for format=json`);
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON, or was cut: fetch the statement again`);
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}`);
  }
}

/** What is printed of a verdict on a statement. */
export function linesOf(verdict: Exclude<StatementVerdict, { kind: 'malformed' }>): string[] {
  if (verdict.kind === 'broken') {
    const { seq, id, detail } = verdict;
    const where = seq === undefined ? 'around the entries' : `at entry ${seq}${id === undefined ? '' : ` (${id})`}`;
    return [`broken ${where}: ${detail}`];
  }
  const { walletId, fromSeq, toSeq, balance, isFromGenesis, isCheckpointed } = verdict;
  const { available, held, debt } = balance;
  const range = toSeq < fromSeq ? `no entry behind entry ${toSeq}` : `entries ${fromSeq} to ${toSeq}`;
  return [
    `sound: wallet ${walletId}, ${range}, closes with ${available} available, ${held} held, ${debt} debt`,
    isFromGenesis
      ? 'it begins with the first entry of the wallet'
      : `it rests on its opening: compare opening.prevHash with the statement that ends with entry ${fromSeq - 1}`,
    ...(isCheckpointed ? ['it agrees with its checkpoint, whose signature was not looked at'] : []),
  ];
}

await runScript('verify-statement', import.meta, (args) => {
  const statement = readStatement(args);
  const verdict = verifyStatement(statement);
  if (verdict.kind === 'malformed') throw new UsageError(`${args[0]} is no statement: ${verdict.detail}`);
  for (const line of linesOf(verdict)) console.log(line);
  return Promise.resolve(verdict.kind === 'sound' ? 0 : 1);
});
