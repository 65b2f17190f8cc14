/** GET /v1/narrations/{id}: the recording, for its owner. */
import type { Metering } from '@reelbanana/metering';
import { reply, route } from '@reelbanana/service-kit';
import { getNarration } from '../contract.ts';

export const recording = ({ result }: Metering) =>
  route(getNarration, async ({ caller, params }) => {
    const bytes = await (await result(caller, params.id)).bytes();
    return reply(200, bytes, { 'Content-Length': String(bytes.byteLength) });
  });
