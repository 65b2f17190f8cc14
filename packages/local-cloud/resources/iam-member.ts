// IAM members: one role for one member on one resource, for every kind of resource that has them.
import type { Problem } from '../contract/contract.ts';
import { derive } from '../provider/property-values.ts';
import type { Properties } from '../provider/property-values.ts';
import type { Binding } from '../runtime/types.ts';
import type { Cloud, ResourceType, Unchecked } from './resource.ts';
import { known, matches } from './rules.ts';
import { requireAccount } from './service-account.ts';

export interface IamMemberInputs {
  readonly role: string;
  readonly member: string;
  readonly condition?: { readonly title: string; readonly expression: string };
}

const MEMBER =
  /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group):[^@\s]+@[^@\s]+|domain:\S+|principal(Set)?:\/\/\S+|project(Owner|Editor|Viewer):\S+|deleted:\S+)$/;
const ROLE = /^(roles\/[\w.]+|(projects|organizations)\/[^/]+\/roles\/[\w.]+)$/;

/** Handler of a type whose member is granted on the resource that `resourceOf` names. */
export function iamMember<Inputs extends IamMemberInputs>(
  token: string,
  replaceOn: readonly string[],
  resourceOf: (inputs: Inputs, cloud: Cloud) => string,
  moreRules: (inputs: Unchecked<Inputs>, cloud: Cloud) => readonly Problem[] = () => [],
): ResourceType<Inputs> {
  const binding = (inputs: Inputs, cloud: Cloud): Binding => ({
    resource: resourceOf(inputs, cloud),
    role: inputs.role,
    member: inputs.member,
  });
  return {
    token,
    replaceOn: [...replaceOn, 'role', 'member', 'condition'],
    rules: (inputs, cloud) => [...memberRules(inputs), ...moreRules(inputs, cloud)],
    id: (inputs, cloud) => `${resourceOf(inputs, cloud)}/${inputs.role}/${inputs.member}`,
    outputs: (inputs: Properties) => ({ etag: derive`etag-${inputs['role']}-${inputs['member']}` }),
    create({ inputs, cloud, warn }) {
      const email = /^serviceAccount:(.+)$/.exec(inputs.member)?.[1];
      if (email !== undefined) requireAccount(cloud, email);
      if (inputs.condition) {
        warn(`condition "${inputs.condition.title}" is recorded only: the local cloud grants the role without it`);
      }
      cloud.runtime.iam.grant(binding(inputs, cloud));
      return {};
    },
    remove: ({ inputs, cloud }) => {
      cloud.runtime.iam.revoke(binding(inputs, cloud));
    },
    exists: ({ inputs, cloud }) => {
      const wanted = binding(inputs, cloud);
      return cloud.runtime.iam
        .bindings()
        .some((b) => b.resource === wanted.resource && b.role === wanted.role && b.member === wanted.member);
    },
  };
}

function memberRules(inputs: Unchecked<IamMemberInputs>): readonly Problem[] {
  const object = known(inputs);
  if (!object) return [];
  return [
    ...matches(
      'member',
      object.member,
      MEMBER,
      'must name the kind of member, for example serviceAccount:NAME@PROJECT.iam.gserviceaccount.com',
    ),
    ...matches('role', object.role, ROLE, 'must be roles/NAME or a custom role, projects/PROJECT/roles/NAME'),
  ];
}

/** Members that stand for anybody. */
export function isPublicMember(member: Unchecked<string> | undefined): boolean {
  return member === 'allUsers' || member === 'allAuthenticatedUsers';
}
