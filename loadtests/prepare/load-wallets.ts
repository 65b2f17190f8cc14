/**
 * Makes the load wallets of one run: a Firebase user `load-<run>-<n>` each, whose first authenticated `me` creates the
 * wallet, and a bonus grant by the account `loadtest`. Fresh for every run, so that what they hold is that run's alone.
 */

export interface PrepareInput {
  readonly runId: string;
  readonly wallets: number;
  readonly creditsEach: number;
  readonly creditsUrl: string;
  /** Google's Identity Toolkit, or the Auth emulator in front of it. */
  readonly identityUrl: string;
  readonly apiKey: string;
  readonly projectId: string;
  /** OIDC token of the account `loadtest`, audience credits. */
  readonly serviceToken: string;
}

export interface PreparedWallet {
  readonly walletId: string;
  readonly credits: number;
}

async function answerOf(response: Response, what: string): Promise<Record<string, unknown>> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what}: ${response.status} ${text.slice(0, 500)}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const json = { 'content-type': 'application/json' } as const;

/** Creates the user with the fixed uid and signs in; the ID token. */
async function signIn(input: PrepareInput, uid: string): Promise<string> {
  const email = `${uid}@load.invalid`;
  const password = crypto.randomUUID();
  const created = await fetch(`${input.identityUrl}/v1/projects/${input.projectId}/accounts`, {
    method: 'POST',
    headers: { ...json, authorization: 'Bearer owner' },
    body: JSON.stringify({ localId: uid, email, password, emailVerified: true }),
  });
  await answerOf(created, `cannot create the user ${uid}`);
  const signedIn = await fetch(`${input.identityUrl}/v1/accounts:signInWithPassword?key=${input.apiKey}`, {
    method: 'POST',
    headers: json,
    body: JSON.stringify({ email, password, returnSecureToken: true }),
  });
  return (await answerOf(signedIn, `cannot sign in as ${uid}`))['idToken'] as string;
}

async function prepareWallet(input: PrepareInput, n: number): Promise<PreparedWallet> {
  const idToken = await signIn(input, `load-${input.runId}-${n}`);
  const me = await fetch(`${input.creditsUrl}/v1/wallets/me`, { headers: { authorization: `Bearer ${idToken}` } });
  const walletId = (await answerOf(me, 'cannot read the load wallet'))['walletId'] as string;
  const granted = await fetch(`${input.creditsUrl}/v1/wallets/${walletId}/grants`, {
    method: 'POST',
    headers: {
      ...json,
      'idempotency-key': `${input.runId}-${n}`,
      'service-authorization': `Bearer ${input.serviceToken}`,
    },
    body: JSON.stringify({
      kind: 'bonus',
      credits: input.creditsEach,
      source: `load:${input.runId}`,
      reasonCode: 'load-test',
    }),
  });
  await answerOf(granted, 'cannot grant credits to the load wallet');
  return { walletId, credits: input.creditsEach };
}

/** Makes the wallets of a run, eight at a time; throws with the service's own words when one cannot be made. */
export async function prepareLoadWallets(input: PrepareInput): Promise<readonly PreparedWallet[]> {
  const made: PreparedWallet[] = [];
  for (let n = 0; n < input.wallets; n += 8) {
    const chunk = Array.from({ length: Math.min(8, input.wallets - n) }, (_, i) => prepareWallet(input, n + i));
    made.push(...(await Promise.all(chunk)));
  }
  return made;
}
