/** A statement for people and their spreadsheets (RFC 4180). It proves nothing: bytes and hashes are the JSON's. */
import { parseEntry, type Account, type Entry } from '@reelbanana/ledger';
import type { Statement } from './statement.ts';

const columns: readonly (readonly [name: string, cell: (entry: Entry) => string | number])[] = [
  ['seq', ({ seq }) => seq],
  ['time', (entry) => new Date(parseEntry(entry).createdAt).toISOString()],
  ['type', ({ type }) => type],
  ['operation', ({ operation }) => operation ?? ''],
  ['available_change', (entry) => change(entry, 'available')],
  ['held_change', (entry) => change(entry, 'held')],
  // What is owed, so the other way round than the account.
  ['debt_change', (entry) => 0 - change(entry, 'debt')],
  ['available', (entry) => parseEntry(entry).balanceAfter.available],
  ['held', (entry) => parseEntry(entry).balanceAfter.held],
  ['debt', (entry) => parseEntry(entry).balanceAfter.debt],
  ['reason', (entry) => parseEntry(entry).reasonCode ?? ''],
  ['id', ({ id }) => id],
  ['hash', ({ hash }) => hash],
];

/** A row of names, then a row an entry. */
export async function* csvOf({ entries }: Statement): AsyncIterable<string> {
  yield rowOf(columns.map(([name]) => name));
  for await (const entry of entries) yield rowOf(columns.map(([, cell]) => cell(entry)));
}

function change(entry: Entry, account: Account): number {
  return parseEntry(entry).postings.reduce(
    (sum, posting) => (posting.account === account ? sum + posting.credits : sum),
    0,
  );
}

export function rowOf(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : textCell(cell))).join(',')}\r\n`;
}

/**
 * A spreadsheet takes a text that begins like a formula for one: an apostrophe in front makes it text. Numbers are ours
 * and keep their sign.
 */
function textCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
