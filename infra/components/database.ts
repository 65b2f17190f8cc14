import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import type { CompositeIndex, FieldExemption } from '../firestore-files.ts';

export interface DatabaseArgs {
  /** `(default)`, or the id of a database that was restored from a backup. */
  readonly databaseId: string;
  readonly location: string;
  /** Refuse deletion and keep seven days of history. */
  readonly protect: boolean;
  /** Security rules, as their source. */
  readonly rules: string;
  readonly indexes: readonly CompositeIndex[];
  readonly fields: readonly FieldExemption[];
}

/** The Firestore database with exactly the rules, composite indexes and index exemptions of the repository's files. */
export class Database extends pulumi.ComponentResource {
  readonly database: gcp.firestore.Database;

  constructor(name: string, args: DatabaseArgs, options?: pulumi.ComponentResourceOptions) {
    super('reelbanana:infra:Database', name, {}, options);
    this.database = this.#database(name, args);
    this.#rules(name, args);
    for (const index of args.indexes) this.#index(name, index);
    for (const field of args.fields) this.#exemption(name, field);
    this.registerOutputs({ databaseId: this.database.name });
  }

  #database(name: string, { databaseId, location, protect }: DatabaseArgs): gcp.firestore.Database {
    return new gcp.firestore.Database(
      `${name}-firestore`,
      {
        name: databaseId,
        locationId: location,
        type: 'FIRESTORE_NATIVE',
        pointInTimeRecoveryEnablement: protect ? 'POINT_IN_TIME_RECOVERY_ENABLED' : 'POINT_IN_TIME_RECOVERY_DISABLED',
        deleteProtectionState: protect ? 'DELETE_PROTECTION_ENABLED' : 'DELETE_PROTECTION_DISABLED',
        // The default, ABANDON, leaves the database behind, and the next `up` collides with it.
        deletionPolicy: protect ? 'ABANDON' : 'DELETE',
      },
      { parent: this, protect },
    );
  }

  /** A ruleset is immutable: a change makes a new one, and the release then points at it. */
  #rules(name: string, { databaseId, rules }: DatabaseArgs): void {
    const ruleset = new gcp.firebaserules.Ruleset(
      `${name}-ruleset`,
      { source: { files: [{ name: 'firestore.rules', content: rules }] } },
      { parent: this, dependsOn: this.database },
    );
    new gcp.firebaserules.Release(
      `${name}-release`,
      {
        name: databaseId === '(default)' ? 'cloud.firestore' : `cloud.firestore/${databaseId}`,
        rulesetName: ruleset.name,
      },
      { parent: this },
    );
  }

  #index(name: string, { collectionGroup, queryScope, fields }: CompositeIndex): void {
    const key = [collectionGroup, ...fields.map((field) => `${field.fieldPath}-${field.order ?? field.arrayConfig}`)];
    new gcp.firestore.Index(
      `${name}-index-${key.join('-').toLowerCase()}`,
      {
        database: this.database.name,
        collection: collectionGroup,
        queryScope,
        fields: fields.map((field) => ({ ...field })),
      },
      { parent: this },
    );
  }

  #exemption(name: string, { collectionGroup, fieldPath, indexes }: FieldExemption): void {
    new gcp.firestore.Field(
      `${name}-field-${collectionGroup}-${fieldPath === '*' ? 'all' : fieldPath}`,
      {
        database: this.database.name,
        collection: collectionGroup,
        field: fieldPath,
        indexConfig: { indexes: indexes.map((index) => ({ ...index })) },
      },
      { parent: this },
    );
  }
}
