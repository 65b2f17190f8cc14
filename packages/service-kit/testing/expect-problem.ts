/** Holds an error answer to what every error answer must be. */
import { errorData, type ErrorCode } from '@reelbanana/catalog';
import { pino } from 'pino';
import type { ProblemBody } from '../http/problem.ts';
import { problemSchema } from '../http/send.ts';
import type { Log } from '../logging.ts';

export const silentLog: Log = pino({ enabled: false });

/** The members of every problem. */
const common: ReadonlySet<string> = new Set(Object.keys(problemSchema.shape));

/** The problem's body; throws unless it is problem+json with this code, its status, and Retry-After where it is due. */
export async function expectProblem(response: Response, code: ErrorCode): Promise<ProblemBody> {
  const text = await response.text();
  const told = `${response.status} ${text}`;
  if (response.headers.get('content-type') !== 'application/problem+json') throw new Error(`not problem+json: ${told}`);
  const problem = problemSchema.parse(JSON.parse(text)) as unknown as ProblemBody;
  if (problem.code !== code) throw new Error(`not ${code}: ${told}`);
  if (problem.status !== response.status) throw new Error(`the body's status is another: ${told}`);
  const waits = response.status === 429 || response.status === 503;
  if (waits && !/^\d+$/.test(response.headers.get('retry-after') ?? '')) throw new Error(`no Retry-After: ${told}`);
  const more = Object.keys(problem).filter((name) => !common.has(name) && !(name in (errorData[code] ?? {})));
  if (more.length > 0)
    throw new Error(`members that the catalog's errorData does not name: ${more.join(', ')}: ${told}`);
  return problem;
}
