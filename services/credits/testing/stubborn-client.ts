/** A client that must know: it repeats a request with its key until the answer is definite, at one process or at several. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Definite {
  /** 2xx, or 402: everything else is asked again, or is a mistake of the test. */
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly replayed: boolean;
  /** Attempts that ended without an answer: no connection, a connection that was cut, a 503. */
  readonly outages: number;
}

export interface StubbornRequest {
  /** Origins, the first one first; after an attempt without an answer the next one is asked. */
  readonly origins: readonly string[];
  readonly path: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

const pauseMs = 20;
/** A process that was killed with our request in it resets the connection; this is for one that would not. */
const patienceMs = 15_000;

/** Throws for an answer that no outage and no empty wallet explains. */
export async function insist({ origins, path, key, headers, body }: StubbornRequest): Promise<Definite> {
  for (let outages = 0; ; outages++) {
    const response = await post(`${origins[outages % origins.length] ?? ''}${path}`, key, headers, body);
    if (response !== undefined && (response.ok || response.status === 402)) return { ...response, outages };
    if (response !== undefined && response.status !== 503)
      throw new Error(`${path} ${key}: ${response.status} ${JSON.stringify(response.body)}`);
    await sleep(pauseMs);
  }
}

/** Undefined when there was no whole answer. */
async function post(url: string, key: string, headers: Readonly<Record<string, string>>, body: object) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patienceMs),
    });
    return {
      ok: response.ok,
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      replayed: response.headers.get('idempotent-replayed') === 'true',
    };
  } catch {
    return undefined;
  }
}
