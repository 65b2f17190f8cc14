/** A statement that can be verified: every entry as its stored bytes. */
import { parseEntry, type Entry } from '@reelbanana/ledger';
import type { Statement } from './statement.ts';

/** The document in pieces, a line an entry. It stays unclosed until the last entry is in. */
export async function* jsonOf(statement: Statement): AsyncIterable<string> {
  const { walletId, env, month, fromSeq, toSeq, prevHash, opening, checkpoint, entries } = statement;
  const head = {
    v: 1,
    walletId,
    env,
    chain: 'main',
    unit: 'credit',
    period: { ...(month === undefined ? {} : { month }), fromSeq, toSeq },
    opening: { prevHash, balance: opening },
    checkpoint,
  };
  yield `${JSON.stringify(head).slice(0, -1)},"entries":[`;
  let last: Entry | undefined;
  for await (const entry of entries) {
    const { id, body, prevHash, hash } = entry;
    yield `${last === undefined ? '' : ','}\n${JSON.stringify({ id, body, prevHash, hash })}`;
    last = entry;
  }
  const closing = {
    count: toSeq - fromSeq + 1,
    seq: toSeq,
    headHash: last?.hash ?? prevHash,
    balance: last === undefined ? opening : parseEntry(last).balanceAfter,
  };
  yield `],\n"closing":${JSON.stringify(closing)}}\n`;
}
