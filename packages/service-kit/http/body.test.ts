/** A body whose client goes away: told as cut off, whenever that is, and never waited for. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { readJson } from './body.ts';

const sent = (): IncomingMessage => {
  const request = new IncomingMessage(new Socket());
  request.headers = { 'content-type': 'application/json', 'content-length': '2' };
  return request;
};
const cutOff = { code: 'VALIDATION_FAILED', message: 'body: was cut off' };

it('is cut off where the client had gone before it was read', async () => {
  const request = sent();
  request.destroy();
  await expect(readJson(request)).rejects.toMatchObject(cutOff);
});

it.each([
  ['without a reason', undefined],
  ['with an error', new Error('aborted')],
])('is cut off where the client goes in the middle of it, %s', async (_how, error) => {
  const request = sent();
  const read = readJson(request);
  request.push('{');
  request.destroy(error);
  await expect(read).rejects.toMatchObject(cutOff);
});

it('is read whole, in however many pieces it comes', async () => {
  const request = sent();
  const read = readJson(request);
  for (const piece of ['{', '}', null]) request.push(piece);
  expect(await read).toEqual({});
});
