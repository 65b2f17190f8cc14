// Wallets, entries and facts as Firestore documents, and back (wire.md, Entry; design section 6).
import { dueAt, id } from '@reelbanana/ledger';
import type { Entry, EntryType, Fact, Wallet } from '@reelbanana/ledger';

/** `dueAt` in the index is rounded up to this, so that a busy wallet does not move in the index with every hold. */
export const dueStepMs = 5 * 60_000;
/** Wallets spread over this many ranges of the index (dueShard, dueAt): an indexed value that grows caps at 500 writes/s. */
export const dueShards = 16;

/** What the wallet's document holds beside the wallet itself: derived, for `expire` to find it by. */
export interface Due {
  readonly dueShard: number;
  readonly dueAt?: number;
}

/** The index fields that follow from a wallet. `dueAt` is absent when nothing is due ever. */
export function due(wallet: Wallet): Due {
  const dueShard = Number.parseInt(id('due', wallet.walletId).slice(0, 8), 16) % dueShards;
  const earliest = dueAt(wallet);
  return earliest === undefined ? { dueShard } : { dueShard, dueAt: Math.ceil(earliest / dueStepMs) * dueStepMs };
}

export type WalletDocument = Wallet & Due;

export function mapWalletToDocument(wallet: Wallet): WalletDocument {
  return { ...wallet, ...due(wallet) };
}

export function mapDocumentToWallet(document: Record<string, unknown>): Wallet {
  mustBeReadable(`wallet ${String(document['walletId'])}`, document);
  const { dueShard: _shard, dueAt: _due, ...wallet } = document;
  return wallet as unknown as Wallet;
}

/** The stored fields of an entry; its id is the document's. */
export function mapEntryToDocument(entry: Entry): Omit<Entry, 'id'> {
  const { body, prevHash, hash, seq, seqShard, type } = entry;
  const document = { body, prevHash, hash, seq, seqShard, type };
  return entry.operation === undefined ? document : { ...document, operation: entry.operation };
}

export function mapDocumentToEntry(entryId: string, document: Record<string, unknown>): Entry {
  const entry = {
    id: entryId,
    body: document['body'] as string,
    prevHash: document['prevHash'] as string,
    hash: document['hash'] as string,
    seq: document['seq'] as number,
    seqShard: document['seqShard'] as number,
    type: document['type'] as EntryType,
  };
  return document['operation'] === undefined ? entry : { ...entry, operation: document['operation'] as string };
}

/** A fact is stored as it is. */
export function mapDocumentToFact(factId: string, document: Record<string, unknown>): Fact {
  mustBeReadable(`fact ${factId}`, document);
  return document as unknown as Fact;
}

function mustBeReadable(what: string, { v }: Record<string, unknown>): void {
  if (v !== 1) throw new Error(`${what} has version ${String(v)}, this release reads 1`);
}
