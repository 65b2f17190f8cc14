/**
 * A narrate process for tests that kill it: the real app and the real client of credits, callers by name. Sends its URL,
 * and a message with every utterance. Environment: CREDITS_URL, HOLD_TTL_SECONDS, VOICE=endless (never done) or quick.
 */
import { createCreditsClient, memoryResults } from '@reelbanana/metering';
import { serve } from '@reelbanana/service-kit';
import { fakeAuth, memoryTelemetry, silentLog } from '@reelbanana/service-kit/testing';
import type { AddressInfo } from 'node:net';
import { createNarrate } from '../app.ts';
import { tone } from './wav.ts';

const { CREDITS_URL = '', HOLD_TTL_SECONDS = '', VOICE } = process.env;
const ada = { uid: 'ada', emailVerified: true, admin: false, anonymous: false };
const { app, drain } = createNarrate({
  config: {
    service: 'narrate',
    projectId: 'local',
    serviceUrl: 'http://narrate.local',
    holdTtlSeconds: Number(HOLD_TTL_SECONDS),
  },
  auth: fakeAuth({ users: { ada }, accounts: {} }),
  telemetry: memoryTelemetry(),
  log: silentLog,
  credits: createCreditsClient({ creditsUrl: CREDITS_URL, identity: () => Promise.resolve('narrate') }),
  results: memoryResults(),
  engine: {
    speak: () => {
      process.send?.('speaking');
      return VOICE === 'endless'
        ? new Promise(() => undefined)
        : Promise.resolve({ contentType: 'audio/wav', bytes: tone(0.5), seconds: 0.5 });
    },
  },
});
const server = await serve(app, { config: { port: 0, projectId: 'local' }, log: silentLog, drain });
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
