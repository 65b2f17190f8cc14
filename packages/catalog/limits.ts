/** The bounds that callers meet, each with its reason. Bounds of a wallet's own state stand in packages/ledger. */

export const limits = {
  /** Reserves and deductions a user may make in a minute, counted in the wallet itself. */
  operationsPerMinuteMax: 100,
  purchasesPerHourMax: 10,
  /** Idempotency-Key: visible ASCII. */
  idempotencyKeyLengthMax: 255,
  /** Any body but a batch. */
  bodyBytesMax: 64 * 1024,
  batchCommandsMax: 500,
  batchBytesMax: 512 * 1024,
  holdTtlSeconds: { min: 1, max: 86_400, default: 900 },
  /** One page of entries; the security rules allow clients the same. */
  entriesPageMax: 100,
  /** Days in one report: a leap year; each costs a few reads. */
  reportDaysMax: 366,
  /** Credits in one grant: far above any package, far below what sums of safe integers can bear. */
  grantCreditsMax: 1_000_000_000,
  /** An administrator's note in an audit record. */
  noteLengthMax: 500,
  /** How long a quote fixes its price. */
  quoteTtlSeconds: 900,
  /** Its parameters and some two hundred bytes more, as base64. */
  quoteTokenLengthMax: 4_096,
  /** Marks of its own that a service may send with a deduction: they are logged. */
  metadataFieldsMax: 8,
  /** Unicode code points in one narration; the operation's price bound is higher. */
  narrationCharactersMax: 10_000,
} as const;
