// gcp.serviceaccount.Account: an identity that workloads run as.
import { derive } from '../provider/property-values.ts';
import type { Cloud } from './resource.ts';
import { resourceType } from './resource.ts';
import { known, matches } from './rules.ts';

interface AccountInputs {
  readonly accountId: string;
  readonly disabled?: boolean;
}

const TOKEN = 'gcp:serviceaccount/account:Account';

export const serviceAccount = resourceType<AccountInputs>({
  token: TOKEN,
  replaceOn: ['accountId', 'project'],
  rules: (inputs) => [
    ...matches(
      'accountId',
      known(inputs)?.accountId,
      /^[a-z]([-a-z0-9]{4,28}[a-z0-9])$/,
      'must have 6 to 30 lower-case letters, digits and dashes, begin with a letter and not end with a dash',
    ),
  ],
  id: ({ accountId }, cloud) => `projects/${cloud.projectId}/serviceAccounts/${emailOf(accountId, cloud)}`,
  outputs(inputs, cloud) {
    const email = derive`${inputs['accountId']}@${cloud.projectId}.iam.gserviceaccount.com`;
    return {
      email,
      member: derive`serviceAccount:${email}`,
      name: derive`projects/${cloud.projectId}/serviceAccounts/${email}`,
      disabled: inputs['disabled'] ?? false,
    };
  },
  knownAfter: ['uniqueId'],
  create: ({ inputs }) => ({ uniqueId: uniqueIdOf(inputs.accountId) }),
  update: ({ inputs }) => ({ uniqueId: uniqueIdOf(inputs.accountId) }),
});

/**
 * Refuses an account of this project that does not exist, as Google does: the sign of a missing dependency between
 * resources. Accounts of other projects (Google's own among them) pass.
 */
export function requireAccount(cloud: Cloud, email: string): void {
  if (!email.endsWith(`@${cloud.projectId}.iam.gserviceaccount.com`)) return;
  if (cloud.world.ofType(TOKEN).some((record) => record.outputs['email'] === email)) return;
  throw new Error(
    `service account ${email} does not exist: create it first (take its name from the Account's outputs)`,
  );
}

function emailOf(accountId: string, cloud: Cloud): string {
  return `${accountId}@${cloud.projectId}.iam.gserviceaccount.com`;
}

/** 21 digits, as Google's are; the same for the same name, so that reruns are comparable. */
function uniqueIdOf(accountId: string): string {
  const digits = [...Buffer.from(accountId)].map((byte) => String(byte).padStart(3, '0')).join('');
  return `1${digits.padEnd(20, '0').slice(0, 20)}`;
}
