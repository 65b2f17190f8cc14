// How large a commit is on the wire, estimated from above, and the bound that every store keeps.
import type { Entry, Fact, Wallet } from '@reelbanana/ledger';
import type { AuditRecord, WalletCommit } from './port.ts';

/** gRPC refuses messages above 4 MiB (the emulator never answers one of 4.2 MiB, it takes 3.9): notes/firestore.md. */
export const commitBytesMax = 3.5 * 1024 * 1024;

/** Document name (at most 250 for the longest project, database and wallet ids), two hashes (128), field names, numbers, tags. */
const entryOverheadBytes = 640;
const walletOverheadBytes = 1024;
/** A map value spends a name and tags on every field: the JSON text times this is above the protobuf form. */
const mapFactor = 2;

/** Bytes of one `create` of an entry, from above. */
export function entryBytes(entry: Entry): number {
  return Buffer.byteLength(entry.body) + entryOverheadBytes;
}

/** Bytes of one wallet update, from above. */
export function walletBytes(wallet: Wallet): number {
  return Buffer.byteLength(JSON.stringify(wallet)) * mapFactor + walletOverheadBytes;
}

/** Bytes of one write of a fact, from above. */
export function factBytes(fact: Fact): number {
  return Buffer.byteLength(JSON.stringify(fact)) * mapFactor + entryOverheadBytes;
}

/** Bytes of one `create` of an audit record, from above. */
export function auditBytes(audit: AuditRecord): number {
  return Buffer.byteLength(JSON.stringify(audit)) + entryOverheadBytes;
}

/** Bytes of a whole commit, from above. */
export function commitBytes(lane: readonly WalletCommit[]): number {
  let sum = 0;
  for (const part of lane) {
    sum += walletBytes(part.wallet);
    for (const entry of part.entries) sum += entryBytes(entry);
    for (const fact of part.facts?.values() ?? []) sum += factBytes(fact);
    for (const audit of part.audits?.values() ?? []) sum += auditBytes(audit);
  }
  return sum;
}
