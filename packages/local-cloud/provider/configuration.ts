// Which project a program may deploy to here: the local one alone.
import { reveal } from './property-values.ts';
import type { Properties } from './property-values.ts';

/** Why this provider configuration is refused, or undefined. A project that is not known yet is judged at Configure. */
export function refusedProject(configuration: Properties, projectId: string): string | undefined {
  const project = reveal(configuration['project']);
  if (project === projectId || typeof project === 'symbol') return undefined;
  const named = typeof project === 'string' ? `names the project \`${project}\`` : 'names no project';
  return `this is the local cloud, whose only project is \`${projectId}\`, but the gcp provider ${named}: set gcp:project to \`${projectId}\` in this stack, or run it without the local cloud`;
}
