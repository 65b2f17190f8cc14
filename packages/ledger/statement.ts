// A statement by itself: whether its entries are one unbroken piece of a wallet's chain and its balances follow from them.
//
// It needs the file alone. It shares sha256, JCS and the chain's two hashes with the rest and never asks `decide`, so the
// one who made a mistake there does not vouch for it here. It cannot know what the file does not hold: whether the
// entries in front of a `prevHash` that is not the genesis were right, whether the chain goes on behind the last entry,
// and whether somebody wrote the whole chain anew. Against the latter stand signed checkpoints, and older statements.
import { genesis } from './chain.ts';
import { checkEntry, entryOf, type Place } from './statement/entry.ts';
import { formProblem, type Balance, type StatementDocument } from './statement/form.ts';

export type StatementVerdict =
  /** `isFromGenesis`: nothing lies in front of its first entry. */
  | {
      readonly kind: 'sound';
      readonly walletId: string;
      readonly fromSeq: number;
      readonly toSeq: number;
      readonly isFromGenesis: boolean;
      readonly balance: Balance;
      /** The statement's checkpoint stands for an entry of it, or the one before, and agrees. Its signature was not looked at. */
      readonly isCheckpointed: boolean;
    }
  /** The first entry that is wrong; without `seq` it is the statement around them. */
  | { readonly kind: 'broken'; readonly seq?: number; readonly id?: string; readonly detail: string }
  /** It is no statement at all. */
  | { readonly kind: 'malformed'; readonly detail: string };

/** Verifies a parsed statement. Never throws, whatever it is given. */
export function verifyStatement(statement: unknown): StatementVerdict {
  const problem = formProblem(statement);
  if (problem !== undefined) return { kind: 'malformed', detail: problem };
  const document = statement as StatementDocument;
  const { period, opening, entries, closing, checkpoint } = document;
  const broken = (detail: string): StatementVerdict => ({ kind: 'broken', detail });

  const isFromGenesis = period.fromSeq === 1;
  if (isFromGenesis && opening.prevHash !== genesis(document.env, document.walletId))
    return broken('opening.prevHash is not the genesis of this wallet');
  if (isFromGenesis && !isEqual(opening.balance, nothing)) return broken('a whole history opens with a balance');
  let place: Place = { seq: period.fromSeq, prevHash: opening.prevHash, balance: opening.balance, createdAt: 0 };
  const hashes = new Map([[period.fromSeq - 1, opening.prevHash]]);
  for (const candidate of entries) {
    const entry = entryOf(candidate);
    const detail = typeof entry === 'string' ? entry : checkEntry(document, entry, place);
    if (typeof detail === 'string') {
      const id = typeof entry === 'string' ? {} : { id: entry.id };
      return { kind: 'broken', seq: place.seq, ...id, detail };
    }
    place = detail;
    if (checkpoint?.seq === place.seq - 1) hashes.set(place.seq - 1, place.prevHash);
  }

  const last = place.seq - 1;
  if (last !== period.toSeq) return broken(`it ends with entry ${last}, its period with entry ${period.toSeq}`);
  if (closing.seq !== last) return broken(`closing.seq is ${closing.seq} behind entry ${last}`);
  if (closing.count !== entries.length) return broken(`closing.count is ${closing.count} of ${entries.length} entries`);
  if (closing.headHash !== place.prevHash) return broken('closing.headHash is not the hash of the last entry');
  if (!isEqual(closing.balance, place.balance)) return broken('closing.balance is not the balance of the last entry');
  const sworn = checkpoint === null ? undefined : hashes.get(checkpoint.seq);
  if (checkpoint !== null && checkpoint.walletId !== document.walletId)
    return broken("the checkpoint is another wallet's");
  if (sworn !== undefined && sworn !== checkpoint?.headHash)
    return broken(`the checkpoint has another hash for entry ${checkpoint?.seq}`);
  const { walletId } = document;
  const balance = closing.balance;
  return {
    kind: 'sound',
    walletId,
    fromSeq: period.fromSeq,
    toSeq: last,
    isFromGenesis,
    balance,
    isCheckpointed: sworn !== undefined,
  };
}

const nothing: Balance = { available: 0, held: 0, debt: 0 };

function isEqual(a: Balance, b: Balance): boolean {
  return a.available === b.available && a.held === b.held && a.debt === b.debt;
}
