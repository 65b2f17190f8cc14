// Check: names, the contract, rules across fields, and that everything stays in the local project.
import { checkInputs } from '../contract/check.ts';
import type { Contract, Problem } from '../contract/contract.ts';
import type { Cloud } from '../resources/resource.ts';
import { findResourceType } from '../resources/index.ts';
import { withName } from './names.ts';
import type { NameRequest } from './names.ts';
import { reveal } from './property-values.ts';
import type { Properties } from './property-values.ts';

export interface Checked {
  readonly inputs: Properties;
  readonly problems: readonly Problem[];
}

/** The inputs as they will be used, and everything that is wrong with them. */
export function checkResource(
  token: string,
  request: Omit<NameRequest, 'contract'>,
  contract: Contract,
  cloud: Cloud,
): Checked {
  const resource = contract.resource(token);
  if (!resource) {
    const reason = `@pulumi/gcp ${contract.version} has no resource type ${token}`;
    return { inputs: request.news, problems: [{ path: '', reason }] };
  }
  const inputs = withName({ ...request, contract: resource });
  const broken = checkInputs(contract, resource, inputs);
  // Rules presume the contract: where it is broken they would only repeat it.
  const rules = broken.length > 0 ? [] : (findResourceType(token)?.rules?.(reveal(inputs), cloud) ?? []);
  return { inputs, problems: [...broken, ...projectProblems(inputs, cloud), ...rules] };
}

/** No resource of another project: the local cloud is no way to a real one. */
function projectProblems(inputs: Properties, cloud: Cloud): readonly Problem[] {
  const project = reveal(inputs['project']);
  if (typeof project !== 'string' || project === cloud.projectId || project === `projects/${cloud.projectId}`)
    return [];
  return [
    { path: 'project', reason: `the local cloud has only the project \`${cloud.projectId}\`, not \`${project}\`` },
  ];
}
