/** The client of credits over HTTP: typed by the API's own contracts (contract/), signed in as this service. */
import { traceHeaders, type ServiceIdentity } from '@reelbanana/service-kit';
import { untilAborted } from './abort.ts';
import { holdView, releasedView, settledView, walletView } from './contract/index.ts';
import type { CreditsClient } from './credits.ts';
import { createRetries, type Call, type RetryOptions } from './retries.ts';

export interface CreditsClientOptions extends Partial<RetryOptions> {
  /** Where credits is; also the audience of our token. */
  readonly creditsUrl: string;
  /** Tokens that say who we are. */
  readonly identity: ServiceIdentity;
}

// Not strict: fields that a later credits adds must not stop an older service.
const held = holdView.loose();
const settled = settledView.loose();
const released = releasedView.loose();
const wallet = walletView.loose();

/**
 * Every call carries our identity in Service-Authorization and, where a user's wallet is meant, their ID token in
 * Authorization. Calls are retried with the same key on 429, 503 and network failures until their time is over.
 */
export function createCreditsClient(options: CreditsClientOptions): CreditsClient {
  const { creditsUrl, identity } = options;
  const call = createRetries({ ...options, send: send(new URL(creditsUrl).origin, creditsUrl, identity) });
  const holdPath = (o: { walletId: string; holdId: string }, verb: string): string =>
    `/v1/wallets/${encodeURIComponent(o.walletId)}/holds/${encodeURIComponent(o.holdId)}/${verb}`;

  return {
    reserve: async (body, { userToken, key }, o) => {
      const { json, replayed } = await call({ method: 'POST', path: '/v1/wallets/me/holds', key, userToken, body }, o);
      const { walletId, holdId, credits, state, settledCredits } = held.parse(json);
      const charged = settledCredits === undefined ? {} : { settledCredits };
      return { walletId, holdId, credits, state, replayed, ...charged };
    },
    settle: async ({ walletId, holdId, credits }, o) => {
      const path = holdPath({ walletId, holdId }, 'settle');
      const body = credits === undefined ? {} : { credits };
      const { json } = await call({ method: 'POST', path, key: holdId, body }, o); // one settle a hold: its id is key enough
      const { credits: charged, balance } = settled.parse(json);
      return { credits: charged, balance };
    },
    release: async ({ walletId, holdId, reasonCode }, o) => {
      const path = holdPath({ walletId, holdId }, 'release');
      const { json } = await call({ method: 'POST', path, key: holdId, body: { reasonCode } }, o);
      released.parse(json);
    },
    balance: async ({ userToken }, o) => {
      const { json } = await call({ method: 'GET', path: '/v1/wallets/me', userToken }, o);
      const { available, held: inHolds, debt } = wallet.parse(json);
      return { available, held: inHolds, debt };
    },
  };
}

/** One request, once. Node's fetch keeps connections alive by itself. */
function send(origin: string, audience: string, identity: ServiceIdentity) {
  return async ({ method, path, key, userToken, body }: Call, signal: AbortSignal): Promise<Response> => {
    const headers: Record<string, string> = {
      Accept: 'application/json',
      // The identity is shared and takes no signal: a call must end in its own time all the same.
      'Service-Authorization': `Bearer ${await untilAborted(signal, () => identity(audience))}`,
      ...traceHeaders(),
    };
    if (userToken !== undefined) headers['Authorization'] = `Bearer ${userToken}`;
    if (key !== undefined) headers['Idempotency-Key'] = key;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const init: RequestInit = { method, headers, signal, redirect: 'error' };
    return await fetch(origin + path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  };
}
