// gcp.projects.IAMMember: a role on the whole project.
import { iamMember, isPublicMember } from './iam-member.ts';
import type { IamMemberInputs } from './iam-member.ts';
import { resourceType } from './resource.ts';
import { known } from './rules.ts';

interface ProjectIamMemberInputs extends IamMemberInputs {
  readonly project: string;
}

export const projectIamMember = resourceType<ProjectIamMemberInputs>(
  iamMember(
    'gcp:projects/iAMMember:IAMMember',
    ['project'],
    ({ project }) => `projects/${project.replace(/^projects\//, '')}`,
    (inputs) =>
      isPublicMember(known(inputs)?.member)
        ? [{ path: 'member', reason: 'a project cannot grant a role to everybody' }]
        : [],
  ),
);
