// The SDK's five calls over the simulated network to real engines: the client of metering without HTTP. Retries with the
// same key, as that client does, to whatever process answers next.
import { priceBook } from '@reelbanana/catalog';
import { applyTime, balance, fingerprint, price, type Command, type Json } from '@reelbanana/ledger';
import type { CreditsClient, Reserved } from '../../metering/credits.ts';
import { CreditsError } from '../../metering/errors.ts';
import { actor } from '../testing/commands.ts';
import type { Fleet } from './fleet.ts';
import type { Told } from './instance.ts';
import type { Journal } from './journal.ts';
import type { Process } from './scheduler.ts';
import type { World } from './world.ts';

const triesMax = 5;
const tryMs = 4_000;
/** Above every price that a client here may meet. */
const creditsMax = 1_000;

/** Credits as one process of a metered service reaches them; a user token is a wallet's id. */
export function sdkCredits(world: World, fleet: Fleet, journal: Journal, process: Process): CreditsClient {
  const { chance, seams } = world;

  /** Until there is a verdict or patience ends; an answer that takes too long counts as lost. */
  const asked = async (
    what: string,
    walletId: string,
    command: Command,
  ): Promise<Extract<Told, { kind: 'answer' }>> => {
    const ask = journal.ask(walletId, command, false);
    for (let tries = 1; ; tries++) {
      const told = await inTime(what, () => fleet.send(chance.below(fleet.size), ask, tryMs));
      if (told.kind === 'answer') return told;
      if (told.kind === 'rejected') {
        const { code, detail, data } = told.rejection;
        throw new CreditsError(code, detail, { data });
      }
      if (told.kind !== 'failed' && told.kind !== 'reset') throw new Error(`credits says ${told.kind}`);
      if (tries >= triesMax) throw new CreditsError('OVERLOADED', 'Credits cannot be reached');
      const waitMs = told.kind === 'failed' ? told.retryAfterMs : chance.between(0, 400);
      await new Promise<void>((resolve) => process.timers.setTimeout(resolve, waitMs));
    }
  };
  const inTime = (what: string, send: () => Promise<Told>): Promise<Told> =>
    new Promise((resolve, reject) => {
      const timer = process.timers.setTimeout(() => resolve({ kind: 'reset' }), tryMs);
      process
        .call(what, send)
        .finally(() => process.timers.clearTimeout(timer))
        .then(resolve, reject);
    });
  const keyed = (command: string, target: string, key: string, fields: object) => ({
    key,
    actor,
    fingerprint: fingerprint(command, target, fields as Json),
  });

  return {
    reserve: async ({ operation, params, ttlSeconds, supersedes }, { userToken: walletId, key }) => {
      const closes = supersedes === undefined || seams.sdk === 'forgets to supersede' ? {} : { supersedes };
      const fields = { operation, params, ttlSeconds, ...closes };
      const { answer } = await asked('reserve', walletId, {
        type: 'reserve',
        ...keyed('reserve', walletId, key, fields),
        operation,
        params,
        ...price(priceBook, operation, params, world.time.now()),
        ttlMs: ttlSeconds * 1000,
        ...closes,
      });
      const reserved: Reserved = {
        walletId,
        holdId: answer.entry.id,
        credits: answer.body.credits ?? 0,
        state: answer.holdState ?? 'open',
        replayed: seams.sdk === 'works on every hold' ? false : answer.replayed,
      };
      return reserved;
    },
    settle: async ({ walletId, holdId, credits }) => {
      const fields = credits === undefined ? {} : { credits };
      // As services/credits does: the operation's maximum price lets it settle late what it paused over.
      const common = keyed('settle', holdId, holdId, fields);
      const command = { type: 'settle', ...common, holdId, ...fields, creditsMax } as const;
      const { answer } = await asked('settle', walletId, command);
      return { credits: answer.body.credits ?? 0, balance: answer.body.balanceAfter };
    },
    release: async ({ walletId, holdId, reasonCode }) => {
      const command = {
        type: 'release',
        ...keyed('release', holdId, holdId, { reasonCode }),
        holdId,
        reasonCode,
      } as const;
      await asked('release', walletId, command);
    },
    balance: async ({ userToken: walletId }) => {
      const wallet = world.history.states(walletId).at(-1);
      if (wallet === undefined) throw new CreditsError('WALLET_NOT_FOUND', 'no such wallet');
      return process.call('balance', async () => balance(applyTime(wallet, world.time.now()).wallet));
    },
  };
}
