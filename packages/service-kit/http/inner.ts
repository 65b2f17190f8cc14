/** A route answered inside another request (a batch's commands), through the checks that it has on its own. */
import { checkPrincipal } from '../auth/auth.ts';
import type { AnyReply, Route, Typed } from './contract.ts';
import { Problem, problemBody } from './problem.ts';
import { validate } from './validate.ts';

export interface InnerRequest extends Pick<Typed, 'caller' | 'key' | 'log' | 'traceId' | 'signal'> {
  readonly params: unknown;
  readonly body: unknown;
}

/**
 * What the route would answer, problems included: it never rejects. What is no expected failure is logged and answered
 * INTERNAL, as the app factory does. `mapError`: that of the service.
 */
export async function answerInside(
  { contract, handler }: Route,
  request: InnerRequest,
  mapError: (error: unknown) => Problem | undefined,
): Promise<AnyReply> {
  const { params, body, ...rest } = request;
  try {
    checkPrincipal(request.caller, contract.principals);
    const parts = validate(contract, { params, query: {}, body }) as Pick<Typed, 'params' | 'query' | 'body'>;
    return await handler({ ...rest, ...parts });
  } catch (error) {
    const problem = mapError(error) ?? error;
    if (problem instanceof Problem) {
      if (problem.cause !== undefined) request.log.warn({ error: problem.cause }, problem.message);
      return { status: problem.status, body: problemBody(problem), headers: problem.headers };
    }
    request.log.error({ error }, 'a bug, or a failure that no handler expected');
    const internal = new Problem('INTERNAL', 'Something failed on our side', { traceId: request.traceId });
    return { status: internal.status, body: problemBody(internal) };
  }
}
