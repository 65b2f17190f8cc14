/**
 * /openapi.json and /docs of a service: public, the same for everybody, made of its contracts at the first request and
 * kept. Like the probes they are neither measured nor logged.
 */
import type { Express, Response } from 'express';
import { openApi, type OpenApiOptions } from './document.ts';
import { renderPage, type Page } from './page/page.ts';
import type { OpenApiDocument } from './types.ts';

/** A deployment changes them, so copies are short-lived. */
const headers = {
  'Cache-Control': 'public, max-age=300',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

export function addReference(app: Express, options: OpenApiOptions): void {
  const document = once((): OpenApiDocument => openApi(options));
  const json = once((): string => JSON.stringify(document()));
  const page = once((): Page => renderPage(document()));

  app.get('/openapi.json', (_request, response) => {
    send(response, 'application/json', "default-src 'none'; frame-ancestors 'none'", json());
  });
  app.get('/docs', (_request, response) => {
    const { html, contentSecurityPolicy } = page();
    send(response, 'text/html; charset=utf-8', contentSecurityPolicy, html);
  });
}

function send(response: Response, type: string, contentSecurityPolicy: string, body: string): void {
  const all = { ...headers, 'Content-Security-Policy': contentSecurityPolicy, 'Content-Type': type };
  // Not response.set: it would add a charset to JSON, which has none.
  for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
  response.end(body);
}

function once<T extends object | string>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
