/**
 * POST /v1/batches: each command goes through the very route that it has on its own, checks and all. Commands of one
 * wallet reach the ledger in their order without waiting for each other's commits, so they share them; only what follows
 * a settle of a hold that was not there when the batch came waits for its answer, because such a settle may have to ask
 * twice. Wallets do not wait for each other.
 */
import {
  postBatch,
  postDeduction,
  postExtend,
  postHold,
  postRelease,
  postSettle,
  type BatchCommand,
  type BatchCommandName,
} from '@reelbanana/metering/contract';
import {
  answerInside,
  reply,
  route,
  type AnyReply,
  type Route,
  type RouteContract,
  type Typed,
} from '@reelbanana/service-kit';
import { problemOfStore } from '../outcomes.ts';
import type { CommandEngine } from '../ports.ts';
import type { Context } from './context.ts';
import { deductionRoutes } from './deductions.ts';
import { holdRoutes } from './holds.ts';
import { settleRoutes } from './settle.ts';

const contracts: Readonly<Record<BatchCommandName, RouteContract>> = {
  deduct: postDeduction,
  reserve: postHold,
  extend: postExtend,
  settle: postSettle,
  release: postRelease,
};

export function batchRoutes(context: Context): Route[] {
  return [
    route(postBatch, async (request) => {
      const { commands } = request.body;
      const laneOf = await lanesOf(context, request);
      /** By wallet: when everything so far has reached the ledger. */
      const reached = new Map<string, Promise<unknown>>();
      const answers = commands.map((command) => {
        const lane = laneOf(command);
        const before = reached.get(lane) ?? Promise.resolve();
        const { promise: passed, resolve } = Promise.withResolvers<null>();
        const pass = (): void => resolve(null);
        reached.set(
          lane,
          before.then(() => passed),
        );
        const engine = inTurn(context.engine, before, pass);
        return answer({ ...context, engine }, command, request).finally(pass);
      });
      const results = await Promise.all(answers);
      return reply(200, { results: results.map(resultOf) });
    }),
  ];
}

/** The wallet that a command is for, where `me` and its id are one. A `me` that cannot be found fails by itself. */
async function lanesOf({ principals }: Context, { caller, body }: Pick<Typed<typeof postBatch>, 'caller' | 'body'>) {
  const asksMe = body.commands.some(({ walletId }) => walletId === 'me');
  const mine = asksMe ? await principals.wallet(caller, 'me').catch(() => 'me') : 'me';
  return ({ walletId }: BatchCommand): string => (walletId === 'me' ? mine : walletId);
}

/** The engine as one command of the batch has it: it waits for those before it, and lets the next one on. */
function inTurn(engine: CommandEngine, before: Promise<unknown>, pass: () => void): CommandEngine {
  return {
    wallet: (walletId) => engine.wallet(walletId),
    size: engine.size,
    async execute(walletId, command, options) {
      await before;
      const outcome = engine.execute(walletId, command, options);
      // One that names the maximum price has all that it needs.
      if (command.type !== 'settle' || command.creditsMax !== undefined) pass();
      return outcome;
    },
  };
}

function answer(
  context: Context,
  { command, walletId, holdId, idempotencyKey: key, body }: BatchCommand,
  { caller, log, traceId, signal }: Typed<typeof postBatch>,
): Promise<AnyReply> {
  const contract = contracts[command];
  const routes = [...deductionRoutes(context), ...holdRoutes(context), ...settleRoutes(context, { readsFirst: true })];
  const own = routes.find((one) => one.contract === contract);
  if (own === undefined) throw new Error(`no route answers ${command}`);
  const params = { walletId, ...(holdId === undefined ? {} : { holdId }) };
  return answerInside(own, { caller, key, params, body, log, traceId, signal }, problemOfStore);
}

function resultOf({ status, body, headers = {} }: AnyReply) {
  const told = Object.keys(headers).length === 0 ? {} : { headers: { ...headers } };
  return { status, ...told, body: body as Record<string, unknown> };
}
