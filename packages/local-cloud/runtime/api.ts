// The one origin of the local Google APIs: Cloud Storage's JSON API and the certificates of the tokens.
import { NotFound } from './errors.ts';
import { sendJson, startServer } from './http.ts';
import type { LocalServer } from './http.ts';
import { createStorageApi, isStoragePath } from './storage/api.ts';
import type { StorageContext } from './storage/request.ts';

const CERTIFICATE_HEADERS = { 'cache-control': 'public, max-age=3600' };

export async function startApiOrigin(context: StorageContext): Promise<LocalServer> {
  const storage = createStorageApi(context, () => `http://${server.host}`);
  const server: LocalServer = await startServer(async (req, res) => {
    const url = req.url ?? '/';
    if (isStoragePath(url)) return storage(req, res);
    const path = url.split('?', 1)[0];
    if (req.method === 'GET' && path === '/oauth2/v3/certs') {
      return sendJson(res, 200, await context.tokens.jwks(), CERTIFICATE_HEADERS);
    }
    if (req.method === 'GET' && path === '/oauth2/v1/certs') {
      return sendJson(res, 200, context.tokens.pems(), CERTIFICATE_HEADERS);
    }
    throw new NotFound(`the local Google APIs do not offer ${req.method} ${path}`);
  });
  return server;
}
