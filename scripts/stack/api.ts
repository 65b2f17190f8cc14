/** Calls of the services' HTTP API, for the main-job run. */

const TIMEOUT_MS = 120_000;

export interface Call {
  readonly method?: 'GET' | 'POST';
  readonly token: string;
  /** Idempotency-Key. */
  readonly key?: string;
  readonly body?: object;
  readonly signal: AbortSignal;
}

/** A service's answer that is no success, with its problem+json. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;

  constructor(call: string, status: number, problem: string) {
    super(`${call} answered ${status}: ${problem}`);
    this.status = status;
  }
}

/** A JSON answer. Throws ApiError. */
export async function callJson<Answer>(url: string, call: Call): Promise<Answer> {
  return (await send(url, call)).json() as Promise<Answer>;
}

/** Any other answer's bytes, with its content type. Throws ApiError. */
export async function callBytes(url: string, call: Call): Promise<{ bytes: Buffer; contentType: string }> {
  const response = await send(url, call);
  return { bytes: Buffer.from(await response.arrayBuffer()), contentType: response.headers.get('content-type') ?? '' };
}

async function send(url: string, { method = 'GET', token, key, body, signal }: Call): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  if (response.ok) return response;
  throw new ApiError(`${method} ${new URL(url).pathname}`, response.status, await problemOf(response));
}

async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    return [code, detail].filter(Boolean).join(': ') || text;
  } catch {
    return text.slice(0, 500);
  }
}
