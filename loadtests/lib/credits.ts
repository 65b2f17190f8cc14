/**
 * Calls of the credits API from k6, and the tally of what it accepted. The tally is the claim that `verify` holds
 * against the ledger: each accepted command counts once, with the credits that its answer names.
 */
import http, { type RefinedResponse } from 'k6/http';
import { check } from 'k6';
import { Counter } from 'k6/metrics';
import { baseUrl, serviceToken } from './run.ts';

type Answer = RefinedResponse<'text'>;

/** Commands accepted (not replayed), by type, and the credits charged by deductions and settles. */
const accepted = {
  deduct: new Counter('accepted_deduct'),
  reserve: new Counter('accepted_reserve'),
  settle: new Counter('accepted_settle'),
  release: new Counter('accepted_release'),
};
const charged = new Counter('charged_credits');

const post = (path: string, key: string, body: object, name: string): Answer =>
  http.post(`${baseUrl}${path}`, JSON.stringify(body), {
    headers: {
      'content-type': 'application/json',
      'idempotency-key': key,
      'service-authorization': `Bearer ${serviceToken}`,
    },
    tags: { name },
    responseType: 'text',
  });

const isReplay = (response: Answer): boolean => response.headers['Idempotent-Replayed'] === 'true';

/** Charges at once. Counts it as charged unless the answer is a replay. */
export function deduct(walletId: string, key: string, operation: string, params: object): Answer {
  const response = post(`/v1/wallets/${walletId}/deductions`, key, { operation, params }, 'deduct');
  if (check(response, { 'deduct is accepted': ({ status }) => status === 201 }) && !isReplay(response)) {
    accepted.deduct.add(1);
    charged.add(response.json('credits') as number);
  }
  return response;
}

/** Sets credits aside; answers the hold's id, or null when it was not accepted. */
export function reserve(walletId: string, key: string, operation: string, params: object): string | null {
  const response = post(`/v1/wallets/${walletId}/holds`, key, { operation, params, ttlSeconds: 60 }, 'reserve');
  if (!check(response, { 'reserve is accepted': ({ status }) => status === 201 })) return null;
  if (!isReplay(response)) accepted.reserve.add(1);
  return response.json('holdId') as string;
}

/** Charges a hold's actual cost. */
export function settle(walletId: string, holdId: string, key: string, credits: number): void {
  const response = post(`/v1/wallets/${walletId}/holds/${holdId}/settle`, key, { credits }, 'settle');
  if (check(response, { 'settle is accepted': ({ status }) => status === 200 }) && !isReplay(response)) {
    accepted.settle.add(1);
    charged.add(credits);
  }
}

/** Gives a hold back. */
export function release(walletId: string, holdId: string, key: string): void {
  const response = post(`/v1/wallets/${walletId}/holds/${holdId}/release`, key, { reasonCode: 'load-test' }, 'release');
  if (check(response, { 'release is accepted': ({ status }) => status === 200 }) && !isReplay(response)) {
    accepted.release.add(1);
  }
}

/** Reads a wallet's balance. */
export function readWallet(walletId: string): void {
  const response = http.get(`${baseUrl}/v1/wallets/${walletId}`, {
    headers: { 'service-authorization': `Bearer ${serviceToken}` },
    tags: { name: 'wallet' },
    responseType: 'text',
  });
  check(response, { 'wallet is read': ({ status }) => status === 200 });
}

/** Sends a deduction a second time and expects the stored answer. */
export function replay(first: Answer, walletId: string, key: string, operation: string, params: object): void {
  const again = deduct(walletId, key, operation, params);
  check(again, {
    'replay says so': isReplay,
    'replay answers as the first did': (response) => response.json('entryId') === first.json('entryId'),
  });
}
