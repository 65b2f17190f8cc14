// A family: figures that are taken together, round by round, because each is a ratio of what stands in the same round.
import type { Firestore } from '@google-cloud/firestore';
import type { Connection, DatabaseName } from '@reelbanana/ledger-firestore';

/** A figure of design section 16. README.md of this folder says what each one means. */
export interface FigureDefinition {
  readonly id: string;
  /** What it has to reach; absent: reported, not judged. */
  readonly bound?: Bound;
}

export type Bound = { readonly least: number } | { readonly most: number };

export interface Measured {
  /** By id, one sample a round. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  /** The measurements behind them, a header first. */
  readonly rows: readonly (readonly string[])[];
}

export interface Family {
  readonly figures: readonly FigureDefinition[];
  /** Takes at least the figures that are `wanted`. Rejects if one cannot be taken. */
  measure(wanted: ReadonlySet<string>, bench: Bench): Promise<Measured>;
}

/** A database as the shapes reach it: by the client that most systems use, and by the store's own connection. */
export interface Database {
  readonly name: DatabaseName;
  readonly db: Firestore;
  readonly connection: Connection;
}

/** What families are measured in. */
export interface Bench {
  readonly rounds: number;
  /** Of one window of a closed loop. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** `127.0.0.1:PORT` of Google's Firestore emulator, started by the first who asks. */
  emulator(): Promise<string>;
  /** A database on it. */
  database(): Promise<Database>;
  /** Tells people what is being measured now. */
  progress(text: string): void;
}
