/** Who a request comes from, after its tokens were verified. */
import type { AccountId } from '@reelbanana/catalog';

/** An end user of the product, signed in with Firebase Auth. */
export interface User {
  readonly uid: string;
  readonly email?: string;
  readonly emailVerified: boolean;
  /** True only where the route takes administrators, the claim is boolean true and the token was not revoked. */
  readonly admin: boolean;
  readonly anonymous: boolean;
}

/** One of our service accounts that may call this service. */
export interface Account {
  readonly id: AccountId;
  readonly email: string;
}

export interface Caller {
  readonly user?: User;
  readonly account?: Account;
  /** Raw tokens, to pass on to the next service on the same user's behalf. Never log them. */
  readonly tokens: { readonly user?: string };
}
