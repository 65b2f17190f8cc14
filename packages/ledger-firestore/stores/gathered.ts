// Reads of single documents that are asked for in one turn travel in one call: when a shared commit has answered fifty
// callers, the wallets that their next commands touch for the first time are fifty reads at once.
import type { FoundDocument } from '../firestore/connection.ts';

/** Documents in one call. Each comes back as a message of its own, so this bounds the request and what fails together. */
const gatheredMax = 100;

type Read = (names: readonly string[], deadlineMs: number) => Promise<readonly FoundDocument[]>;
type Found = Promise<ReadonlyMap<string, FoundDocument>>;

/** What one call will ask for. */
interface Call {
  readonly names: Set<string>;
  readonly deadlineMs: number;
  readonly found: Found;
}

/** Wraps `read` for those who want one document each. There is no timer: the call leaves before the turn ends. */
export class Gathered {
  readonly #read: Read;
  #next: Call | undefined;

  constructor(read: Read) {
    this.#read = read;
  }

  /** The document as it is after this call, undefined if there is none. Rejects as `read` does. */
  async document(name: string, deadlineMs: number): Promise<FoundDocument | undefined> {
    const open = this.#next;
    const fits = open !== undefined && open.deadlineMs === deadlineMs && open.names.size < gatheredMax;
    const call = fits ? open : (this.#next = this.#begin(deadlineMs));
    call.names.add(name);
    return (await call.found).get(name);
  }

  #begin(deadlineMs: number): Call {
    const names = new Set<string>();
    const { promise: found, resolve } = Promise.withResolvers<Map<string, FoundDocument>>();
    const call = { names, deadlineMs, found };
    // After every promise that is ready now, before anything of the next turn.
    process.nextTick(() => {
      if (this.#next === call) this.#next = undefined;
      resolve(this.#read([...names], deadlineMs).then((all) => new Map(all.map((each) => [each.name, each]))));
    });
    return call;
  }
}
