// Races a call of the high-level client (users, histories, reader) against its deadline. That client retries codes 8, 10
// and 14 silently for up to ten minutes and takes no deadline of its own: whoever stops waiting must assume that the call
// goes on. Wallets are committed by `connection.ts`, which needs no race.
import { StoreUnavailable } from '../port.ts';
import { mapReadFailure } from './failures.ts';

/** Settles as `call` does, or throws `late()` after `deadlineMs`. What the call does later is ignored. */
export function within<T>(call: Promise<T>, deadlineMs: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), deadlineMs);
    call.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** A read with its deadline. @throws StoreUnavailable, also when the deadline passes */
export function reading<T>(call: Promise<T>, deadlineMs: number): Promise<T> {
  const late = () => new StoreUnavailable(`no answer within ${deadlineMs} ms`);
  return within(call, deadlineMs, late).catch((error: unknown) => {
    throw error instanceof StoreUnavailable ? error : mapReadFailure(error);
  });
}

/** Reads outside the engine (histories, users) take at most this long. */
export const readDeadlineMs = 10_000;
