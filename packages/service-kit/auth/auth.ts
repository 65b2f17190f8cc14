/**
 * Authentication of a request from its two headers (`wire.md`, Who and how): the end user's Firebase ID token in
 * Authorization, the calling service's Google OIDC token in Service-Authorization.
 */
import type { IncomingMessage } from 'node:http';
import type { AccountId } from '@reelbanana/catalog';
import type { Principal } from '../http/contract.ts';
import { Problem } from '../http/problem.ts';
import { createTokenCache } from './cache.ts';
import type { Account, Caller } from './caller.ts';
import { emulatorDirectory, firebaseDirectory, type UserDirectory } from './directory.ts';
import { remoteKeys } from './keys.ts';
import { claimedIssuer, tokenLengthMax, unauthenticated } from './reasons.ts';
import { googleKeysPath, googleOrigin, verifyServiceToken } from './service-tokens.ts';
import { checkUser, firebaseKeysUrl, verifyUserToken, type UserToken } from './user-tokens.ts';

export interface Auth {
  /**
   * The caller, if one of `principals` fits. Throws UNAUTHENTICATED (no, bad or missing second token), FORBIDDEN (known,
   * but not for this route), OVERLOADED (tokens cannot be verified now).
   */
  authenticate(headers: IncomingMessage['headersDistinct'], principals: readonly Principal[]): Promise<Caller>;
}

export interface AuthOptions {
  readonly projectId: string;
  /** This service's own URL: what a service token must be made for. */
  readonly audience: string;
  readonly allowedAccounts: ReadonlyMap<string, AccountId>;
  /** "127.0.0.1:PORT" of the Firebase Auth emulator; from readConfig, whose boot guard allows it on `local` alone. */
  readonly authEmulatorHost?: string | undefined;
  /** Where Google's public keys are read; the local cloud's origin on project `local`. */
  readonly googleApiOrigin?: string | undefined;
  readonly now?: () => number;
  /** For tests: where Firebase's public keys are read, and who its users are. */
  readonly firebaseKeysUrl?: string;
  readonly directory?: UserDirectory;
}

export function createAuth(options: AuthOptions): Auth {
  const { projectId, audience, allowedAccounts, authEmulatorHost, now = Date.now } = options;
  const emulator = authEmulatorHost !== undefined;
  const directory =
    options.directory ?? (emulator ? emulatorDirectory(authEmulatorHost, projectId) : firebaseDirectory(projectId));
  const userTokens = createTokenCache<UserToken>(now);
  const serviceTokens = createTokenCache<Account>(now);
  const userKeys = remoteKeys(options.firebaseKeysUrl ?? firebaseKeysUrl);
  const serviceKeys = remoteKeys((options.googleApiOrigin ?? googleOrigin) + googleKeysPath);

  const verifyUser = async (token: string) => {
    if (isGoogles(claimedIssuer(token))) {
      throw unauthenticated(
        "Authorization takes the end user's ID token; a service token belongs in Service-Authorization",
      );
    }
    return verifyUserToken(token, { projectId, keys: userKeys, directory, emulator, now });
  };
  const verifyService = (token: string) =>
    verifyServiceToken(token, { keys: serviceKeys, audience, allowedAccounts, now });

  const userOf = async (token: string, adminsWelcome: boolean): Promise<UserToken['user']> => {
    const { user, signedInAtSeconds } = await userTokens.get(token, verifyUser);
    if (!user.admin) return user;
    if (!adminsWelcome) return { ...user, admin: false };
    await checkUser(directory, user.uid, signedInAtSeconds);
    return user;
  };

  return {
    async authenticate(headers, principals) {
      if (principals.includes('any')) return { tokens: {} };
      const userToken = bearer(headers['authorization'], 'Authorization');
      const serviceToken = bearer(headers['service-authorization'], 'Service-Authorization');
      // The service's first: a stranger who sends both is told nothing about the user's token.
      const account = serviceToken === undefined ? undefined : await serviceTokens.get(serviceToken, verifyService);
      const user = userToken === undefined ? undefined : await userOf(userToken, principals.includes('admin'));
      const caller: Caller = {
        ...(user === undefined ? {} : { user }),
        ...(account === undefined ? {} : { account }),
        tokens: userToken === undefined ? {} : { user: userToken },
      };
      checkPrincipal(caller, principals);
      return caller;
    },
  };
}

const isGoogles = (issuer: string | undefined): boolean =>
  issuer === 'https://accounts.google.com' || issuer === 'accounts.google.com';

/** The token of a Bearer header; undefined without the header. */
function bearer(values: readonly string[] | undefined, header: string): string | undefined {
  if (values === undefined || values.length === 0) return undefined;
  const token = values.length === 1 ? /^Bearer ([\w.~+/=-]+)$/i.exec(values[0] ?? '')?.[1] : undefined;
  if (token === undefined || token.length > tokenLengthMax)
    throw unauthenticated(`${header} must be one "Bearer <token>"`);
  return token;
}

/** Throws unless the caller is one of the principals. */
export function checkPrincipal({ user, account }: Caller, principals: readonly Principal[]): void {
  const fits: Readonly<Record<Principal, boolean>> = {
    any: true,
    user: user !== undefined && account === undefined,
    admin: user?.admin === true && account === undefined,
    service: account !== undefined,
    userAndService: user !== undefined && account !== undefined,
  };
  if (principals.some((principal) => fits[principal])) return;
  if (user === undefined && account === undefined) throw unauthenticated('No token: send one as "Bearer <token>"');
  if (user === undefined && principals.includes('userAndService')) {
    throw unauthenticated("The end user's ID token is missing in Authorization");
  }
  throw new Problem(
    'FORBIDDEN',
    `This route is for: ${principals.map((principal) => principalNames[principal]).join(', ')}`,
  );
}

/** In an answer or a page: "This route is for ...". */
export const principalNames: Readonly<Record<Principal, string>> = {
  any: 'anybody',
  user: 'end users',
  admin: 'administrators',
  service: 'service accounts',
  userAndService: 'service accounts on behalf of an end user',
};
