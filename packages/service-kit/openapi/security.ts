/** Who may call a route, as OpenAPI says it (`wire.md`, Who and how). */
import type { Principal } from '../http/contract.ts';
import type { SecurityRequirement, SecurityScheme } from './types.ts';

export const securitySchemes: Readonly<Record<'userToken' | 'serviceToken', SecurityScheme>> = {
  userToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      "`Authorization: Bearer <token>`: the end user's Firebase ID token. An administrator is a user whose token has the claim `admin`.",
  },
  serviceToken: {
    type: 'apiKey',
    in: 'header',
    name: 'Service-Authorization',
    description:
      "`Service-Authorization: Bearer <token>`: the calling service account's OIDC token, signed by Google, made for this service's URL as its audience.",
  },
};

/** Each one alone suffices. A list of roles beside a scheme names what the caller must be beyond holding the token. */
const requirements: Readonly<Record<Principal, SecurityRequirement>> = {
  any: {},
  user: { userToken: [] },
  admin: { userToken: ['admin'] },
  service: { serviceToken: [] },
  userAndService: { userToken: [], serviceToken: [] },
};

export const requirementOf = (principal: Principal): SecurityRequirement => requirements[principal];

/** The principal that a requirement stands for. */
export function principalOf(requirement: SecurityRequirement): Principal {
  const found = Object.entries(requirements).find(([, known]) => JSON.stringify(known) === JSON.stringify(requirement));
  if (found === undefined) throw new Error(`no principal has the requirement ${JSON.stringify(requirement)}`);
  return found[0] as Principal;
}
