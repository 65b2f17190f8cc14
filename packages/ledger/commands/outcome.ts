// What the rules of one command see and say.
import type { Step } from '../step.ts';
import type { Advanced } from '../time.ts';
import type { Answer, Fact, Facts, Found, HoldState, Rejection, Wallet } from '../types.ts';

/** The situation that a command meets. */
export interface Situation {
  /** The wallet as it was read. */
  readonly before: Wallet;
  /** The wallet after everything that time had decided up to `now`. */
  readonly wallet: Wallet;
  readonly found: Found;
  readonly facts: Facts;
  /** Unix ms, never before the wallet's last entry. */
  readonly now: number;
}

/** What a command wants: its own entry, a stored answer, or a refusal. */
export type Outcome =
  | {
      readonly step: Step;
      /** What the command did first, in the same decision: its own entry follows it. */
      readonly after?: Advanced;
      readonly holdState?: HoldState;
      /** Facts that change with it. */
      readonly facts?: ReadonlyMap<string, Fact>;
    }
  /** What it wants is so already. */
  | { readonly nothing: true }
  /** Facts that it cannot do without. */
  | { readonly unread: readonly string[] }
  | { readonly replay: Answer }
  | { readonly refusal: Rejection };
