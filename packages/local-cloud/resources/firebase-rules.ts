// gcp.firebaserules: rulesets are kept as sources; a release of `cloud.firestore` installs one in the emulator.
import { createHash } from 'node:crypto';
import { reveal } from '../provider/property-values.ts';
import type { Cloud, Operation } from './resource.ts';
import { lastSegment, resourceType } from './resource.ts';
import { known, matches } from './rules.ts';

const RULESET = 'gcp:firebaserules/ruleset:Ruleset';
const RELEASE = 'gcp:firebaserules/release:Release';

/** What a Firestore database without released rules does to clients. */
export const DENY_ALL = `rules_version = '2';
service cloud.firestore { match /databases/{database}/documents { match /{document=**} { allow read, write: if false; } } }
`;

interface RulesetSource {
  readonly files: readonly { readonly name: string; readonly content: string }[];
  readonly language?: string;
}
interface RulesetInputs {
  readonly source: RulesetSource;
}

export const firebaseRuleset = resourceType<RulesetInputs>({
  token: RULESET,
  replaceOn: ['source', 'project'],
  rules(inputs) {
    const files = known(known(known(inputs)?.source)?.files);
    return files?.length === 0 ? [{ path: 'source.files', reason: 'needs at least one file' }] : [];
  },
  knownAfter: ['name', 'createTime'],
  create({ inputs, cloud }) {
    // Google numbers rulesets by random ids; here equal sources have equal names, so that reruns are comparable.
    const uuid = createHash('sha256').update(JSON.stringify(inputs.source)).digest('hex').slice(0, 32);
    const name = `projects/${cloud.projectId}/rulesets/${uuid}`;
    return { id: name, name, createTime: new Date().toISOString() };
  },
});

interface ReleaseInputs {
  readonly name: string;
  readonly rulesetName: string;
}

export const firebaseRelease = resourceType<ReleaseInputs>({
  token: RELEASE,
  replaceOn: ['name', 'project'],
  rules: (inputs) => [
    ...matches(
      'name',
      known(inputs)?.name,
      /^(cloud\.firestore|firebase\.storage)(\/.+)?$/,
      'must be cloud.firestore, cloud.firestore/DATABASE or firebase.storage/BUCKET',
    ),
  ],
  id: ({ name }, cloud) => `projects/${cloud.projectId}/releases/${name}`,
  outputs: () => ({ disabled: false }),
  knownAfter: ['createTime', 'updateTime'],
  async create(operation) {
    await release(operation);
    const now = new Date().toISOString();
    return { createTime: now, updateTime: now };
  },
  async update(operation) {
    await release(operation);
    return { updateTime: new Date().toISOString() };
  },
  async remove({ inputs, cloud }) {
    const database = databaseOf(inputs.name);
    if (database !== undefined) await cloud.runtime.firestore.setRules(database, DENY_ALL);
  },
});

async function release({ inputs, cloud, progress, warn }: Operation<ReleaseInputs>): Promise<void> {
  const database = databaseOf(inputs.name);
  if (database === undefined) return warn(`release ${inputs.name} is recorded only: no storage rules here`);
  progress(`installing rules in database ${database}`);
  await cloud.runtime.firestore.setRules(database, rulesText(cloud, inputs.rulesetName));
}

/** `cloud.firestore` -> `(default)`, `cloud.firestore/x` -> `x`, others undefined. */
function databaseOf(releaseName: string): string | undefined {
  if (releaseName === 'cloud.firestore') return '(default)';
  return releaseName.startsWith('cloud.firestore/') ? lastSegment(releaseName) : undefined;
}

/** The released rules of a database, or undefined when none are. */
export function releasedRules(cloud: Cloud, database: string): string | undefined {
  for (const record of cloud.world.ofType(RELEASE)) {
    const inputs = reveal(record.inputs) as unknown as ReleaseInputs;
    if (databaseOf(inputs.name) === database) return rulesText(cloud, inputs.rulesetName);
  }
  return undefined;
}

function rulesText(cloud: Cloud, rulesetName: string): string {
  const name = lastSegment(rulesetName);
  const found = cloud.world.ofType(RULESET).find((record) => lastSegment(record.id) === name);
  if (!found) throw new Error(`ruleset ${rulesetName} does not exist: take its name from the Ruleset's outputs`);
  const { source } = reveal(found.inputs) as unknown as RulesetInputs;
  return source.files.map((file) => file.content).join('\n');
}
