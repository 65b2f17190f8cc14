// The front proxy before an instance made in the test: what passes through, what it adds, what it does without one.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { LocalServer } from '../http.ts';
import { freePort } from '../ports.ts';
import { startFrontProxy } from './front-proxy.ts';
import type { Backend } from './front-proxy.ts';
import type { Instance } from './instance.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function upstream(listener: RequestListener): Promise<{ instance: Instance; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const instance = instanceAt((server.address() as AddressInfo).port);
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { instance, server };
}

function instanceAt(port: number): Instance {
  const agent = new Agent({ keepAlive: true });
  cleanups.push(() => agent.destroy());
  return {
    pid: 1,
    port,
    agent,
    inFlight: 0,
    suspectUntilMs: 0,
    exited: new Promise(() => undefined),
    hasExited: () => false,
    stop: () => Promise.resolve(),
  };
}

const always = (instance: Instance): Backend => ({
  current: () => instance,
  whenHealthy: () => Promise.resolve(instance),
});

async function front(backend: () => Backend | undefined, holdMs = 5_000): Promise<LocalServer> {
  const proxy = await startFrontProxy({ port: 0, service: 'app', backend, holdMs });
  cleanups.push(() => proxy.close());
  return proxy;
}

async function through(listener: RequestListener): Promise<{ proxy: LocalServer; instance: Instance; server: Server }> {
  const { instance, server } = await upstream(listener);
  return { proxy: await front(() => always(instance)), instance, server };
}

/** An instance that answers a text made of the whole request. */
const answering =
  (make: (req: IncomingMessage, body: string, res: ServerResponse) => string): RequestListener =>
  (req, res) =>
    void text(req).then((body) => res.end(make(req, body, res)));

/** Sends with node:http, which changes nothing by itself. */
function send(proxy: LocalServer, o: { method?: string; path?: string; headers?: Record<string, string> }) {
  const req = request({ host: '127.0.0.1', port: proxy.port, agent: false, ...o });
  return { req, response: once(req, 'response').then(([res]) => res as IncomingMessage) };
}

describe('requests and answers', () => {
  it('pass unchanged: method, path, status, bytes, repeated headers', async () => {
    const { proxy } = await through(
      answering((req, body, res) => {
        res.statusCode = 207;
        res.setHeader('set-cookie', ['a=1', 'b=2']);
        return `${req.method} ${req.url} ${String(req.headers['x-own'])} ${req.headers.host} ${body}`;
      }),
    );
    const { req, response } = send(proxy, {
      method: 'PUT',
      path: '/a%2Fb/../c?q=%20&q=2',
      headers: { 'x-own': 'mine', host: 'app.example' },
    });
    req.end('the body');
    const res = await response;
    expect(res.statusCode).toBe(207);
    expect(res.headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(await text(res)).toBe('PUT /a%2Fb/../c?q=%20&q=2 mine app.example the body');
  });

  it('keep their framing: known length, chunks, none at all', async () => {
    const { proxy } = await through(
      answering((req, body, res) => {
        if (req.url === '/empty') res.statusCode = 204;
        if (req.url === '/known') res.setHeader('content-length', 5);
        if (req.url === '/chunks') res.write(`${req.headers['content-length']} `);
        return req.url === '/known' ? 'known' : body;
      }),
    );
    const get = async (path: string, method: string, body?: string, headers?: Record<string, string>) => {
      const { req, response } = send(proxy, { method, path, ...(headers ? { headers } : {}) });
      req.end(body);
      const res = await response;
      return {
        length: res.headers['content-length'],
        chunked: res.headers['transfer-encoding'],
        status: res.statusCode,
        body: await text(res),
      };
    };
    expect(await get('/known', 'GET')).toMatchObject({ length: '5', body: 'known' });
    expect(await get('/known', 'HEAD')).toMatchObject({ length: '5', body: '' });
    expect(await get('/empty', 'DELETE')).toMatchObject({ status: 204, body: '' });
    expect(await get('/chunks', 'POST', 'abc')).toMatchObject({ body: '3 abc' });
    expect(await get('/chunks', 'POST', 'abc', { 'transfer-encoding': 'chunked' })).toMatchObject({
      body: 'undefined abc',
      chunked: 'chunked',
    });
    expect(await get('/x', 'POST')).toMatchObject({ status: 200 });
  });

  it('stream: the first bytes arrive before the last are sent, both ways', async () => {
    const { proxy } = await through((req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      req.on('data', (chunk: Buffer) => res.write(`echo ${chunk.toString()}`));
      req.on('end', () => res.end('bye'));
    });
    const { req, response } = send(proxy, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
    req.flushHeaders();
    const chunks = (await response)[Symbol.asyncIterator](); // the head comes before any body
    const next = async () => String((await chunks.next()).value);
    for (const word of ['one', 'two']) {
      req.write(word);
      expect(await next()).toBe(`echo ${word}`);
    }
    req.end();
    expect(await next()).toBe('bye');
  });

  it('share few connections to the instance', async () => {
    const { proxy, server, instance } = await through((_, res) => void res.end('ok'));
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket));
    const url = `http://${proxy.host}/`;
    for (let i = 0; i < 50; i++) expect(await (await fetch(url)).text()).toBe('ok');
    expect(sockets.size).toBe(1);
    expect(instance.inFlight).toBe(0);
  });
});

describe('headers', () => {
  const echo: RequestListener = (req, res) => void res.end(JSON.stringify(req.headers));
  const ask = async (headers: Record<string, string>) => {
    const { proxy } = await through(echo);
    const { req, response } = send(proxy, { headers });
    req.end();
    return JSON.parse(await text(await response)) as Record<string, string>;
  };

  it('say who called, after what the caller said', async () => {
    expect(await ask({ 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'gopher' })).toMatchObject({
      'x-forwarded-for': '203.0.113.9,127.0.0.1',
      'x-forwarded-proto': 'http',
      forwarded: 'for="127.0.0.1";proto=http',
    });
  });

  it('of one hop end here', async () => {
    const seen = await ask({
      connection: 'x-private, close',
      'x-private': '1',
      te: 'trailers',
      'proxy-authorization': 'x',
      'x-kept': '1',
    });
    expect(seen).toMatchObject({ 'x-kept': '1', connection: 'keep-alive' });
    for (const name of ['x-private', 'te', 'proxy-authorization']) expect(seen).not.toHaveProperty(name);
  });

  it("carry one trace in both forms: the caller's, or a new one for each request", async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    expect(await ask({ traceparent: `00-${trace}-00f067aa0ba902b7-01` })).toMatchObject({
      traceparent: `00-${trace}-00f067aa0ba902b7-01`,
      'x-cloud-trace-context': `${trace}/67667974448284343;o=1`,
    });
    expect(await ask({ 'x-cloud-trace-context': `${trace}/255;o=1` })).toMatchObject({
      traceparent: `00-${trace}-00000000000000ff-01`,
      'x-cloud-trace-context': `${trace}/255;o=1`,
    });
    const [one, two] = [await ask({}), await ask({ traceparent: 'nonsense' })];
    for (const made of [one, two]) expect(made['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(one['traceparent']).not.toBe(two['traceparent']);
    expect(one['x-cloud-trace-context']).toContain(one['traceparent']?.slice(3, 35));
  });
});

describe('without an instance', () => {
  it('holds the request, body and all, until there is one', async () => {
    const { instance } = await upstream(answering((_, body) => body));
    let arrive: (instance: Instance) => void = () => undefined;
    const arrival = new Promise<Instance>((resolve) => (arrive = resolve));
    let asked: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => (asked = resolve));
    const proxy = await front(() => ({
      current: () => undefined,
      whenHealthy: () => {
        asked();
        return arrival;
      },
    }));
    const answer = fetch(`http://${proxy.host}/`, { method: 'POST', body: 'kept' }).then((r) => r.text());
    await waiting;
    arrive(instance);
    expect(await answer).toBe('kept');
  });

  it("answers 503 in Google's form when the time is over, and the connection serves on", async () => {
    const { instance } = await upstream((_, res) => void res.end('back'));
    const now: { instance?: Instance } = {};
    const proxy = await front(
      () => ({ current: () => now.instance, whenHealthy: () => Promise.resolve(now.instance) }),
      50,
    );
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanups.push(() => agent.destroy());
    const post = async () => {
      const req = request({ host: '127.0.0.1', port: proxy.port, method: 'POST', agent });
      req.end('x'.repeat(200_000));
      const [res] = (await once(req, 'response')) as [IncomingMessage];
      return { status: res.statusCode, body: await text(res), reused: req.reusedSocket };
    };
    const refused = await post();
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toEqual({
      error: { code: 503, message: 'No instance of service app is available.', status: 'UNAVAILABLE' },
    });
    now.instance = instance;
    expect(await post()).toEqual({ status: 200, body: 'back', reused: true });
  });

  it('goes to the next instance when one refuses connections, with the body untouched', async () => {
    const dead = instanceAt(await freePort());
    const { instance } = await upstream(answering((_, body) => body));
    const proxy = await front(() => ({ current: () => dead, whenHealthy: () => Promise.resolve(instance) }));
    const answer = await fetch(`http://${proxy.host}/`, { method: 'POST', body: 'once' });
    expect([answer.status, await answer.text(), dead.inFlight, instance.inFlight]).toEqual([200, 'once', 0, 0]);
  });
});

describe('broken connections', () => {
  it('never repeats a request that an instance may have acted on', async () => {
    let received = 0;
    const { proxy } = await through((req) => {
      received += 1;
      req.socket.destroy();
    });
    const answer = await fetch(`http://${proxy.host}/`);
    expect([answer.status, received]).toEqual([503, 1]);
  });

  it('cuts the client off when the answer breaks in the middle', async () => {
    const { proxy, instance } = await through((_, res) => {
      res.writeHead(200, { 'content-length': 100 });
      res.write('half', () => res.socket?.destroy());
    });
    const { req, response } = send(proxy, {});
    req.end();
    await expect(text(await response)).rejects.toThrow();
    expect(instance.inFlight).toBe(0);
  });

  it('tells the instance when the client has gone', async () => {
    let gone: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (gone = resolve));
    const { proxy, instance } = await through((_, res) => {
      res.once('close', () => gone());
      res.write('started');
    });
    const { req, response } = send(proxy, {});
    req.on('error', () => undefined);
    req.end();
    await once(await response, 'data');
    req.destroy();
    await closed;
    expect(instance.inFlight).toBe(0);
  });
});
