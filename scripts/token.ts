/**
 * `npm run --silent token -- --user EMAIL | --admin | --service NAME [--audience SERVICE]`: prints one bearer token for the
 * running stack. Users and administrators send theirs in Authorization, service accounts in Service-Authorization.
 * Exit 2 with one line for a wrong call or when no stack is running.
 */
import { parseArgs } from 'node:util';
import { UsageError, runScript } from './lib/script.ts';
import { readStack } from './stack/stack-file.ts';
import { accountByEmail, serviceToken, userToken } from './stack/tokens.ts';

type Call =
  | { readonly kind: 'user'; readonly email: string }
  | { readonly kind: 'admin' }
  | { readonly kind: 'service'; readonly name: string; readonly audience: string };

const USAGE = 'give one of --user EMAIL, --admin, --service NAME [--audience SERVICE]';

/** Reads the command line; throws UsageError with one line. */
export function readCall(args: readonly string[]): Call {
  const { user, admin, service, audience } = parse(args);
  if ([user, admin, service].filter((given) => given !== undefined).length !== 1) throw new UsageError(USAGE);
  if (service !== undefined) return { kind: 'service', name: service, audience: audience ?? 'credits' };
  if (audience !== undefined) throw new UsageError('--audience goes with --service: a user token has no audience');
  return user === undefined ? { kind: 'admin' } : { kind: 'user', email: user };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = { user: text, admin: { type: 'boolean' }, service: text, audience: text } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('.')[0]}; ${USAGE}`);
  }
}

async function token(args: readonly string[]): Promise<number> {
  const call = readCall(args);
  const stack = await readStack();
  console.log(await tokenOf(call, stack));
  return 0;
}

function tokenOf(call: Call, stack: Awaited<ReturnType<typeof readStack>>): Promise<string> {
  switch (call.kind) {
    case 'user':
      return userToken(stack, accountByEmail(stack, call.email));
    case 'admin': {
      const admin = stack.accounts.find((account) => account.admin);
      if (!admin) throw new Error('the stack has no administrator');
      return userToken(stack, admin);
    }
    case 'service':
      return serviceToken(stack, call.name, call.audience);
  }
}

await runScript('token', import.meta, token);
