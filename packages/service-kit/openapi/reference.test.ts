// /openapi.json and /docs of a running service: public, never rebuilt, and made only when somebody asks.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { route, type RouteContract } from '../http/contract.ts';
import { createService } from '../http/service.ts';
import { fakeAuth, listen, memoryTelemetry, silentLog, type Listening } from '../testing/index.ts';
import { openApi } from './document.ts';
import { tunes } from './testing/contracts.ts';

let app: Listening;
let made = 0;
const telemetry = memoryTelemetry();
beforeAll(async () => {
  // Nobody but the document reads a summary.
  const watched = tunes.map((contract): RouteContract => {
    const { summary } = contract;
    return {
      ...contract,
      get summary() {
        made += 1;
        return summary;
      },
    };
  });
  app = await listen(
    createService({
      auth: fakeAuth({ users: {}, accounts: {} }),
      telemetry,
      log: silentLog,
      config: { service: 'narrate', projectId: 'local' },
      routes: watched.map((contract) => route(contract, () => Promise.reject(new Error('not called')))),
    }),
  );
});
afterAll(() => app.close());

describe('the reference of a service', () => {
  it('is made at the first request, and then kept', async () => {
    expect(made).toBe(0);
    const first = await (await fetch(`${app.url}/openapi.json`)).text();
    expect(made).toBe(tunes.length);
    const page = await (await fetch(`${app.url}/docs`)).text();
    expect(await (await fetch(`${app.url}/openapi.json`)).text()).toBe(first);
    expect(await (await fetch(`${app.url}/docs`)).text()).toBe(page);
    expect(made).toBe(tunes.length);
  });

  it('is the document of the routes that are served, for everybody', async () => {
    const response = await fetch(`${app.url}/openapi.json`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(await response.json()).toEqual(
      JSON.parse(JSON.stringify(openApi({ service: 'narrate', contracts: tunes }))),
    );
  });

  it('is also a page, that may load nothing', async () => {
    const response = await fetch(`${app.url}/docs`, { headers: { Authorization: 'Bearer expired' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });

  it('answers HEAD, and takes no other method', async () => {
    const head = await fetch(`${app.url}/docs`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await fetch(`${app.url}/docs`, { method: 'POST' })).status).toBe(404);
  });
});
