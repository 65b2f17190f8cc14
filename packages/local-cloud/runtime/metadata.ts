// The metadata server of one workload instance. Its identity is fixed by the port that only this instance was given, as
// in the cloud, where 169.254.169.254 answers each instance with its own account.
import { sendJson, sendText, startServer } from './http.ts';
import type { LocalServer } from './http.ts';
import type { TokenIssuer } from './tokens.ts';

export interface MetadataIdentity {
  /** The service account that the instance runs as. */
  readonly email: string;
  readonly projectId: string;
  readonly projectNumber: string;
  readonly region: string;
}

const ROOT = '/computeMetadata/v1';
const SCOPES = ['https://www.googleapis.com/auth/cloud-platform'];

/** Issues the account's access tokens, and its identity tokens for any audience: it is the receiver who refuses. */
export function startMetadataServer(o: MetadataIdentity, tokens: TokenIssuer): Promise<LocalServer> {
  const account = { aliases: ['default'], email: o.email, scopes: SCOPES };
  const values: Record<string, string> = {
    '/project/project-id': o.projectId,
    '/project/numeric-project-id': o.projectNumber,
    '/instance/id': '00f46b9285',
    '/instance/region': `projects/${o.projectNumber}/regions/${o.region}`,
    '/instance/zone': `projects/${o.projectNumber}/zones/${o.region}-1`,
    '/universe/universe-domain': 'googleapis.com',
    '/universe/universe_domain': 'googleapis.com',
    '/instance/service-accounts/default/email': o.email,
    '/instance/service-accounts/default/scopes': `${SCOPES.join('\n')}\n`,
  };
  return startServer(async (req, res) => {
    res.setHeader('Metadata-Flavor', 'Google');
    res.setHeader('Server', 'Metadata Server for VM');
    // Both checks are Google's: they keep a server that fetches foreign URLs from being talked into giving its tokens.
    if (req.headers['metadata-flavor'] !== 'Google') {
      return sendText(res, 403, 'Missing required header "Metadata-Flavor": "Google"');
    }
    if (req.headers['x-forwarded-for'] !== undefined) return sendText(res, 403, 'X-Forwarded-For is not allowed');
    const url = new URL(req.url ?? '/', 'http://metadata');
    if (url.pathname === '/') return sendText(res, 200, 'computeMetadata/\n');
    if (req.method !== 'GET' || !url.pathname.startsWith(ROOT)) return sendText(res, 404, 'Not Found');
    const path = url.pathname
      .slice(ROOT.length)
      .replace(/\/$/, '')
      .replace(`/service-accounts/${o.email}`, '/service-accounts/default');
    const value = values[path];
    if (value !== undefined) return sendText(res, 200, value);
    const recursive = url.searchParams.get('recursive') === 'true';
    switch (path) {
      case '':
        return sendText(res, 200, 'instance/\nproject/\nuniverse/\n');
      case '/instance':
        return recursive
          ? sendJson(res, 200, {
              id: values['/instance/id'],
              region: values['/instance/region'],
              zone: values['/instance/zone'],
              serviceAccounts: { default: account, [o.email]: account },
            })
          : sendText(res, 200, 'id\nregion\nservice-accounts/\nzone\n');
      case '/project':
        return recursive
          ? sendJson(res, 200, { projectId: o.projectId, numericProjectId: o.projectNumber })
          : sendText(res, 200, 'numeric-project-id\nproject-id\n');
      case '/instance/service-accounts':
        return recursive
          ? sendJson(res, 200, { default: account, [o.email]: account })
          : sendText(res, 200, `default/\n${o.email}/\n`);
      case '/instance/service-accounts/default':
        return recursive
          ? sendJson(res, 200, account)
          : sendText(res, 200, 'aliases\nemail\nidentity\nscopes\ntoken\n');
      case '/instance/service-accounts/default/token': {
        const { token, expiresInS } = tokens.accessToken(o.email);
        return sendJson(res, 200, { access_token: token, expires_in: expiresInS, token_type: 'Bearer' });
      }
      case '/instance/service-accounts/default/identity': {
        const audience = url.searchParams.get('audience');
        if (!audience) return sendText(res, 400, 'non-empty audience parameter required');
        return sendText(res, 200, await tokens.idToken(o.email, audience));
      }
      default:
        return sendText(res, 404, 'Not Found');
    }
  });
}
