// gcp.firestore: databases of the Firestore emulator; indexes and field settings are checked and recorded only.
import { derive } from '../provider/property-values.ts';
import type { Cloud } from './resource.ts';
import { resourceType } from './resource.ts';
import { DENY_ALL, releasedRules } from './firebase-rules.ts';
import { atMostOne, exactlyOne, isSet, known, matches } from './rules.ts';

interface DatabaseInputs {
  readonly name: string;
  readonly type: string;
  readonly deleteProtectionState?: string;
  readonly deletionPolicy?: string;
}

export const firestoreDatabase = resourceType<DatabaseInputs>({
  token: 'gcp:firestore/database:Database',
  replaceOn: [
    'name',
    'locationId',
    'project',
    'databaseEdition',
    'firestoreDataAccessMode',
    'mongodbCompatibleDataAccessMode',
    'realtimeUpdatesMode',
    'cmekConfig',
    'tags',
  ],
  // Google's provider leaves the database behind unless told otherwise.
  defaultDeletionPolicy: 'ABANDON',
  rules: (inputs) => [
    ...matches(
      'name',
      known(inputs)?.name,
      /^(\(default\)|[a-z][a-z0-9-]{2,61}[a-z0-9])$/,
      'must be (default), or 4 to 63 lower-case letters, digits and dashes, beginning with a letter',
    ),
    ...matches('type', known(inputs)?.type, /^FIRESTORE_NATIVE$/, 'the local cloud runs FIRESTORE_NATIVE only'),
  ],
  id: ({ name }, cloud) => `projects/${cloud.projectId}/databases/${name}`,
  outputs: (inputs) => ({
    deleteProtectionState: inputs['deleteProtectionState'] ?? 'DELETE_PROTECTION_DISABLED',
    pointInTimeRecoveryEnablement: inputs['pointInTimeRecoveryEnablement'] ?? 'POINT_IN_TIME_RECOVERY_DISABLED',
    concurrencyMode: inputs['concurrencyMode'] ?? 'PESSIMISTIC',
    databaseEdition: inputs['databaseEdition'] ?? 'STANDARD',
    appEngineIntegrationMode: inputs['appEngineIntegrationMode'] ?? 'DISABLED',
    versionRetentionPeriod:
      inputs['pointInTimeRecoveryEnablement'] === 'POINT_IN_TIME_RECOVERY_ENABLED' ? '604800s' : '3600s',
    keyPrefix: '',
    etag: derive`etag-${inputs['name']}`,
    uid: derive`uid-${inputs['name']}`,
  }),
  knownAfter: ['createTime', 'updateTime', 'earliestVersionTime'],
  async create({ inputs, cloud }) {
    // A new database of Google's lets no client in until rules are released; the emulator would let in everybody.
    const name = inputs.name;
    if (releasedRules(cloud, name) === undefined) await cloud.runtime.firestore.setRules(name, DENY_ALL);
    const now = new Date().toISOString();
    return { createTime: now, updateTime: now, earliestVersionTime: now };
  },
  update: () => ({ updateTime: new Date().toISOString() }),
  async remove({ inputs, cloud }) {
    if (inputs.deleteProtectionState === 'DELETE_PROTECTION_ENABLED') {
      throw new Error(`database ${inputs.name} has delete protection: set deleteProtectionState first`);
    }
    await clearDocuments(cloud, inputs.name);
  },
});

/** The emulator's own way to empty a database. */
async function clearDocuments(cloud: Cloud, database: string): Promise<void> {
  const path = `emulator/v1/projects/${cloud.projectId}/databases/${database}/documents`;
  const answer = await fetch(`http://${cloud.runtime.firestoreHost}/${path}`, { method: 'DELETE' });
  if (!answer.ok) throw new Error(`the Firestore emulator did not clear ${database}: ${String(answer.status)}`);
}

interface IndexInputs {
  readonly database?: string;
  readonly collection: string;
  readonly queryScope?: string;
  readonly fields: readonly {
    readonly fieldPath?: string;
    readonly order?: string;
    readonly arrayConfig?: string;
    readonly vectorConfig?: object;
  }[];
}

export const firestoreIndex = resourceType<IndexInputs>({
  token: 'gcp:firestore/index:Index',
  replaceOn: ['database', 'collection', 'fields', 'queryScope', 'apiScope', 'density', 'multikey', 'unique', 'project'],
  rules(inputs) {
    const fields = known(known(inputs)?.fields) ?? [];
    const perField = fields.flatMap((item, index) => {
      const field = known(item);
      if (!field) return [];
      const { order, arrayConfig, vectorConfig } = field;
      return exactlyOne(`fields[${String(index)}]`, { order, arrayConfig, vectorConfig });
    });
    const only = known(fields[0]);
    if (fields.length === 1 && only && !isSet(only.vectorConfig) && known(inputs)?.queryScope === undefined) {
      return [...perField, { path: 'fields', reason: 'a single field is indexed by Field, not by a composite Index' }];
    }
    return perField;
  },
  outputs: (inputs) => ({
    database: inputs['database'] ?? '(default)',
    queryScope: inputs['queryScope'] ?? 'COLLECTION',
    apiScope: inputs['apiScope'] ?? 'ANY_API',
  }),
  knownAfter: ['name'],
  create({ inputs, cloud }) {
    // As Google's opaque ids: made from what the index is, so that one index has one name.
    const own = Buffer.from(JSON.stringify([inputs.queryScope ?? 'COLLECTION', inputs.fields])).toString('base64url');
    const parent = `projects/${cloud.projectId}/databases/${inputs.database ?? '(default)'}`;
    const name = `${parent}/collectionGroups/${inputs.collection}/indexes/${own}`;
    return { id: name, name };
  },
});

interface FieldInputs {
  readonly database?: string;
  readonly collection: string;
  readonly field: string;
  readonly indexConfig?: { readonly indexes?: readonly { readonly order?: string; readonly arrayConfig?: string }[] };
}

export const firestoreField = resourceType<FieldInputs>({
  token: 'gcp:firestore/field:Field',
  replaceOn: ['database', 'collection', 'field', 'project'],
  rules(inputs) {
    const indexes = known(known(known(inputs)?.indexConfig)?.indexes) ?? [];
    return indexes.flatMap((item, position) => {
      const index = known(item);
      const path = `indexConfig.indexes[${String(position)}]`;
      return index ? atMostOne(path, { order: index.order, arrayConfig: index.arrayConfig }) : [];
    });
  },
  id: (inputs, cloud) => fieldName(inputs, cloud),
  outputs: (inputs, cloud) => ({
    database: inputs['database'] ?? '(default)',
    name: derive`projects/${cloud.projectId}/databases/${inputs['database'] ?? '(default)'}/collectionGroups/${inputs['collection']}/fields/${inputs['field']}`,
  }),
});

function fieldName(inputs: FieldInputs, cloud: Cloud): string {
  const database = `projects/${cloud.projectId}/databases/${inputs.database ?? '(default)'}`;
  return `${database}/collectionGroups/${inputs.collection}/fields/${inputs.field}`;
}
