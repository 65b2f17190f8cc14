// Bounds of a wallet and of what commands may carry. Each says what it protects; they are checked against each other
// when the module loads.

/** Open holds a wallet. */
export const holdsOpenMax = 100;

/** Grants that one hold draws on. */
export const holdAllocationsMax = 16;

/**
 * Buckets a wallet. Past it promotional grants are refused; paid credits, refunds and reinstatements never are: they join
 * the bucket that expires next after them, and begin one of their own only where none expires later.
 */
export const grantsMax = 256;

/** Services refund their own charges for this long after the charge; administrators always may. */
export const refundMsMax = 30 * 86_400_000;

/** Refunded and reinstated credits whose own grant has expired can be spent for this long, to the end of the UTC day. */
export const returnedTtlMs = 7 * 86_400_000;

/** What a wallet may weigh as JSON when both are at their bounds: a document is read and written with every commit. */
export const walletBytesMax = 131_072;

export const holdTtlMsMin = 1_000;
/** A day, extends included: no work of an operation takes longer, and credits must not stay set aside for ever. */
export const holdTtlMsMax = 86_400_000;
export const holdTtlMsDefault = 900_000;

/** The last instant that a JavaScript Date can name. */
export const timeMsMax = 8_640_000_000_000_000;

/** Parameters of one operation: they stand in every reserve and deduct entry. */
export const paramsMax = 32;
export const paramTextLengthMax = 1_024;

/** Codes, operation names, pseudonyms, fingerprints. */
export const nameLengthMax = 128;
/** Where a grant comes from: a payment or invoice id, a campaign, an administrator's words. */
export const sourceLengthMax = 256;

if (!Number.isSafeInteger(timeMsMax + holdTtlMsMax)) throw new Error('a deadline must stay a safe integer');
if (holdTtlMsDefault < holdTtlMsMin || holdTtlMsDefault > holdTtlMsMax) throw new Error('default TTL out of bounds');
