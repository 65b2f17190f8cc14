/** What most tests of the API begin with: ada's wallet with credits in it, holds of narrate's, and answers read strictly. */
import { ada, key, narrate, root, type World } from './world.ts';

export type Body = Record<string, unknown>;
export type Headers = Readonly<Record<string, string>>;

/** narrate on ada's behalf. */
export const both = { ...ada, ...narrate };
export const speech = (characters: number) => ({ operation: 'narration', params: { characters } });

/** The body of an answer of that status; throws with what else came. */
export async function read(response: Response, status: number): Promise<Body> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`not ${status}: ${response.status} ${text}`);
  return JSON.parse(text) as Body;
}

/** A bonus by the administrator; the wallet is made where it is not there yet. */
export async function give(world: World, credits: number, more: object = {}, k = `give-${credits}`): Promise<void> {
  await world.call('GET', '/v1/wallets/me', ada);
  const bonus = { kind: 'bonus', credits, source: 'test', reasonCode: 'welcome', ...more };
  await read(await world.call('POST', '/v1/wallets/wada/grants', { ...root, ...key(k) }, bonus), 201);
}

/** A hold of narrate's on ada's wallet. */
export async function hold(world: World, characters: number, k = 'hold', more: object = {}): Promise<string> {
  const body = { ...speech(characters), ...more };
  const answer = await read(await world.call('POST', '/v1/wallets/me/holds', { ...both, ...key(k) }, body), 201);
  return answer['holdId'] as string;
}

/** settle, extend or release of a hold in ada's wallet. */
export const onHold = (
  world: World,
  holdId: string,
  how: 'settle' | 'extend' | 'release',
  body: unknown,
  k: string = how,
  as: Headers = narrate,
): Promise<Response> => world.call('POST', `/v1/wallets/wada/holds/${holdId}/${how}`, { ...as, ...key(k) }, body);

export const deduct = (world: World, body: unknown, k: string, as: Headers = both): Promise<Response> =>
  world.call('POST', '/v1/wallets/me/deductions', { ...as, ...key(k) }, body);

export const walletOf = async (world: World, as: Headers = ada): Promise<Body> =>
  read(await world.call('GET', '/v1/wallets/me', as), 200);
