/** A request as a shell command that works once its variables are set. */
import { pathParameterNames } from '../names.ts';
import type { MediaType, Operation } from '../types.ts';

/** `walletId` -> `$WALLET_ID`. */
const variable = (name: string): string => '$' + name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

/** The tokens are those of the first principal that the operation names. */
export function curlOf(method: string, path: string, operation: Operation, keyed: boolean): string {
  const names = pathParameterNames(path.replaceAll(/\{(\w+)\}/g, ':$1'));
  const filled = names.reduce((text, name) => text.replace(`{${name}}`, variable(name)), path);
  const [tokens = {}] = operation.security;
  const body = operation.requestBody?.content['application/json'];
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$SERVICE_URL${filled}"`,
    ...('userToken' in tokens ? ['-H "Authorization: Bearer $USER_TOKEN"'] : []),
    ...('serviceToken' in tokens ? ['-H "Service-Authorization: Bearer $SERVICE_TOKEN"'] : []),
    ...(keyed ? ['-H "Idempotency-Key: $KEY"'] : []),
    ...(body === undefined ? [] : ['-H "Content-Type: application/json"', `-d ${quoted(body)}`]),
    ...(isBinary(operation) ? ['-o result'] : []),
  ];
  return lines.join(' \\\n  ');
}

/** In single quotes nothing is special but the quote itself. */
const quoted = ({ example }: MediaType): string => `'${JSON.stringify(example).replaceAll("'", String.raw`'\''`)}'`;

function isBinary({ responses }: Operation): boolean {
  return Object.values(responses).some(
    (response) => 'content' in response && Object.keys(response.content).some((type) => !type.includes('json')),
  );
}
