/** Free ports of the loopback. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, one of which could take a port before it is bound. */
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;
const TRIES = 200;

/** Different ports on 127.0.0.1 that nobody listens on now. Throws when none are found. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries++) {
    if (tries > TRIES) throw new Error(`no ${count} free ports between ${PORT_MIN} and ${PORT_MAX} on 127.0.0.1`);
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
