// The resource types that the local cloud acts out. Every other type is recorded only, and checked all the same.
import { cloudRunService, cloudRunServiceIamMember } from './cloud-run.ts';
import { firebaseRelease, firebaseRuleset } from './firebase-rules.ts';
import { firestoreDatabase, firestoreField, firestoreIndex } from './firestore.ts';
import { projectIamMember } from './project-iam.ts';
import type { ResourceType } from './resource.ts';
import { secret, secretIamMember, secretVersion } from './secret-manager.ts';
import { serviceAccount } from './service-account.ts';
import { bucket, bucketIamMember, bucketObject } from './storage.ts';

const RESOURCE_TYPES: readonly ResourceType[] = [
  serviceAccount, //           gcp.serviceaccount.Account
  projectIamMember, //         gcp.projects.IAMMember
  secret, //                   gcp.secretmanager.Secret
  secretVersion, //            gcp.secretmanager.SecretVersion
  secretIamMember, //          gcp.secretmanager.SecretIamMember
  bucket, //                   gcp.storage.Bucket
  bucketObject, //             gcp.storage.BucketObject
  bucketIamMember, //          gcp.storage.BucketIAMMember
  cloudRunService, //          gcp.cloudrunv2.Service
  cloudRunServiceIamMember, // gcp.cloudrunv2.ServiceIamMember
  firestoreDatabase, //        gcp.firestore.Database
  firestoreIndex, //           gcp.firestore.Index
  firestoreField, //           gcp.firestore.Field
  firebaseRuleset, //          gcp.firebaserules.Ruleset
  firebaseRelease, //          gcp.firebaserules.Release
];

const BY_TOKEN = new Map(RESOURCE_TYPES.map((type) => [type.token, type]));

/** The type of a token, or undefined when it is recorded only. */
export function findResourceType(token: string): ResourceType | undefined {
  return BY_TOKEN.get(token);
}

/** The tokens of all types that are acted out. */
export function actedOutTokens(): readonly string[] {
  return [...BY_TOKEN.keys()];
}
