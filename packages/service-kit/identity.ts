/**
 * This workload's own identity: OIDC tokens from the metadata server, as Cloud Run serves them (and the local cloud).
 * https://cloud.google.com/run/docs/securing/service-identity#fetching_identity_and_access_tokens_using_the_metadata_server
 */
import { decodeJwt } from 'jose';

/** Renew this long before expiry, so that a token never expires on its way. */
const renewBeforeMs = 120_000;
const attemptsMax = 3;

/** An OIDC token for an audience (the called service's URL). Throws with the metadata server's own words if refused. */
export type ServiceIdentity = (audience: string) => Promise<string>;

export interface ServiceIdentityOptions {
  /** host or host:port; default GCE_METADATA_HOST, else Google's. */
  readonly metadataHost?: string;
  readonly now?: () => number;
}

export function serviceIdentity(options: ServiceIdentityOptions = {}): ServiceIdentity {
  const host = options.metadataHost ?? process.env['GCE_METADATA_HOST'] ?? 'metadata.google.internal';
  const now = options.now ?? Date.now;
  const tokens = new Map<string, { readonly token: string; readonly expiresAtMs: number }>();
  const pending = new Map<string, Promise<string>>();

  const renew = async (audience: string): Promise<string> => {
    const token = await fetchToken(host, audience);
    tokens.set(audience, { token, expiresAtMs: (decodeJwt(token).exp ?? 0) * 1000 });
    return token;
  };

  return async (audience) => {
    const known = tokens.get(audience);
    if (known !== undefined && known.expiresAtMs - renewBeforeMs > now()) return known.token;
    const running = pending.get(audience) ?? renew(audience).finally(() => pending.delete(audience));
    pending.set(audience, running);
    return running;
  };
}

async function fetchToken(host: string, audience: string): Promise<string> {
  const url = new URL(`http://${host}/computeMetadata/v1/instance/service-accounts/default/identity`);
  url.searchParams.set('audience', audience);
  // full: with the e-mail address, by which the called service knows the account.
  url.searchParams.set('format', 'full');
  for (let attempt = 1; ; attempt += 1) {
    let reason: string;
    try {
      const response = await fetch(url, {
        headers: { 'Metadata-Flavor': 'Google' },
        signal: AbortSignal.timeout(5_000),
      });
      const text = (await response.text()).trim();
      if (response.ok) return text;
      reason = `${response.status} ${text.slice(0, 300)}`;
      if (response.status < 500 && response.status !== 429) throw new IdentityRefused(audience, reason);
    } catch (error) {
      if (error instanceof IdentityRefused) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    if (attempt === attemptsMax) throw new Error(`No identity token for ${audience}: ${reason}`);
    await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
  }
}

/** The metadata server's definite no, e.g. an account that may not call the audience. */
class IdentityRefused extends Error {
  override readonly name = 'IdentityRefused';
  constructor(audience: string, reason: string) {
    super(`No identity token for ${audience}: ${reason}`);
  }
}
