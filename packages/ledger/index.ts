// The ledger's face: pure functions over plain data. No I/O, no clock, no environment, no dependency.
export { endOfDay } from './buckets.ts';
export { minuteOf } from './caps.ts';
export { entryHash, genesis, parseEntry, seqShard } from './chain.ts';
export { decide } from './decide.ts';
export {
  commandEntryId,
  commandEntryIds,
  chargeFactId,
  commandKeyDigest,
  endId,
  fingerprint,
  id,
  isId,
  isLegalKey,
  keyId,
  lateId,
  needs,
  paymentFactId,
  reads,
  timeId,
} from './ids.ts';
export { jcs } from './jcs.ts';
export type { Json } from './jcs.ts';
export * from './limits.ts';
export { price } from './price.ts';
export { sha256 } from './sha256.ts';
export { applyTime, dueAt } from './time.ts';
export type { TimeApplied } from './time.ts';
export type * from './types.ts';
export { balance, createWallet, openHold } from './wallet.ts';
export type { CreateWalletInput } from './wallet.ts';
