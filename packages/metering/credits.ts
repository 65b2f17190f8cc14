/** What the attempt protocol needs of credits: five calls. client.ts makes them over HTTP, tests make them in memory. */

/** Credits as the user sees them. */
export interface Balance {
  readonly available: number;
  readonly held: number;
  readonly debt: number;
}

export interface ReserveInput {
  readonly operation: string;
  readonly params: Readonly<Record<string, number | string | boolean>>;
  readonly ttlSeconds: number;
  /** The hold of the attempt before: released in the same commit if open, and closed for ever. */
  readonly supersedes?: string;
}

export interface Reserved {
  readonly walletId: string;
  readonly holdId: string;
  readonly credits: number;
  /** The hold's state now. */
  readonly state: 'open' | 'settled' | 'released' | 'expired';
  /** What was charged, where `state` is settled and credits knows it. */
  readonly settledCredits?: number;
  /** True when this key had reserved before: the hold is not this caller's to work on. */
  readonly replayed: boolean;
}

export interface Settled {
  /** What was charged: at most what was asked, and less where the wallet could not pay it all. */
  readonly credits: number;
  readonly balance: Balance;
}

/** How a call goes out. `signal` gives up on the answer; what was asked may still happen. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** In all, retries included. */
  readonly timeoutMs?: number;
}

/** Every method throws CreditsError, and retries by itself where the same key makes that safe. */
export interface CreditsClient {
  /** Holds credits of the wallet of the user whose ID token it is. */
  reserve(
    input: ReserveInput,
    as: { readonly userToken: string; readonly key: string },
    o?: CallOptions,
  ): Promise<Reserved>;
  /** Charges the hold: all of it, or `credits` where the actual cost was another, at most twice the hold. */
  settle(hold: { walletId: string; holdId: string; credits?: number }, o?: CallOptions): Promise<Settled>;
  /** Gives the hold back. */
  release(hold: { walletId: string; holdId: string; reasonCode: string }, o?: CallOptions): Promise<void>;
  /** The balance of the user whose ID token it is. */
  balance(as: { readonly userToken: string }, o?: CallOptions): Promise<Balance>;
}
