/** Sends a body that is made while it is sent, and lets no part of one pass for the whole. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { z } from 'zod';

/**
 * Sends `pieces` one after the other, waiting for a client that reads slowly. `begin` sets status and headers, once the
 * first piece is there: a failure before it can still be answered. Any failure is thrown; behind the first piece the
 * caller must destroy the response, whose missing end tells the client that it was cut. Returns early, without a fault,
 * when the client has gone. `whole`: the JSON document is held against it before its end is sent (tests).
 */
export async function sendPieces(
  response: ServerResponse,
  pieces: AsyncIterable<string>,
  begin: () => void,
  whole: z.ZodType | null,
): Promise<void> {
  let sent = '';
  let begun = false;
  // Leaving the loop, in whatever way, ends the work of the one who makes the pieces.
  for await (const piece of pieces) {
    if (!begun) begin();
    begun = true;
    // Only asked what it would be: the document is not made.
    if (response.req.method === 'HEAD') break;
    if (response.destroyed) return;
    if (whole !== null) sent += piece;
    if (!response.write(piece)) await written(response);
  }
  if (!begun) begin();
  else if (whole !== null && response.req.method !== 'HEAD') whole.parse(JSON.parse(sent));
  response.end();
}

/** Resolves when the client has read on, or has gone. */
async function written(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  const over = new AbortController();
  const { signal } = over;
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  } finally {
    over.abort();
  }
}
