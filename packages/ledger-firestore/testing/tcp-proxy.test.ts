// The proxy's faults, seen from both ends: what the tests with the emulator rest on.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let arrived = '';
const clients: Socket[] = [];

/** An echo that keeps what has arrived. */
beforeEach(async () => {
  arrived = '';
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      arrived += chunk.toString();
      socket.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startTcpProxy(`127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function open() {
  const socket = connect(Number(proxy.host.split(':')[1]), '127.0.0.1');
  clients.push(socket);
  const seen = { text: '', isClosed: false };
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => (seen.text += chunk.toString()));
  socket.once('close', () => (seen.isClosed = true));
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, seen };
}

describe('TCP proxy', () => {
  it('passes everything both ways, and an end as well', async () => {
    const { socket, seen } = await open();
    socket.write('hello');
    await until(() => seen.text === 'hello');
    socket.end();
    await until(() => seen.isClosed);
    expect(proxy.connections).toBe(1);
  });

  it('holds everything back while it stalls, new connections too, and then delivers it in order', async () => {
    const first = await open();
    proxy.stall();
    first.socket.write('one ');
    const second = await open();
    second.socket.write('two');
    first.socket.write('three');
    await until(() => proxy.heldBytes === 'one twothree'.length);
    expect(arrived).toBe('');
    proxy.pass();
    await until(() => first.seen.text === 'one three' && second.seen.text === 'two');
    expect(arrived).toHaveLength('one twothree'.length);
  });

  it('delays each way', async () => {
    const { socket, seen } = await open();
    proxy.delay(40);
    const sentAt = performance.now();
    socket.write('slow');
    await until(() => seen.text === 'slow');
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(79);
  });

  it('loses answers and not requests, and cuts what has lost some when it passes again', async () => {
    const { socket, seen } = await open();
    proxy.dropAnswers();
    socket.write('heard');
    await until(() => proxy.lostBytes === 'heard'.length);
    proxy.pass();
    await until(() => seen.isClosed);
    expect({ arrived, seen: seen.text }).toEqual({ arrived: 'heard', seen: '' });
  });

  it('cuts all connections at once, and takes new ones', async () => {
    const all = await Promise.all([open(), open()]);
    await until(() => proxy.connections === all.length);
    proxy.cut();
    await until(() => all.every(({ seen }) => seen.isClosed));
    const { socket, seen } = await open();
    socket.write('again');
    await until(() => seen.text === 'again');
    expect(seen.isClosed).toBe(false);
  });

  it.each([0, 4])('cuts after %i bytes of requests, which the server has then', async (bytes) => {
    const { socket, seen } = await open();
    const cut = proxy.cutAfter(bytes);
    socket.write('half a message');
    await Promise.all([cut, until(() => seen.isClosed)]);
    await until(() => arrived.length >= bytes);
    expect(arrived).toBe('half a message'.slice(0, bytes));
  });
});
