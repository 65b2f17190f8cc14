/** Names that follow from the stack alone, so that no resource waits for another only to learn what it is called. */
import type { AccountId, ServiceId } from '@reelbanana/catalog';
import type { StackConfig } from './config.ts';

/** The e-mail of an account of this stack. */
export function accountEmail({ project }: Pick<StackConfig, 'project'>, account: AccountId): string {
  return `${account}@${project}.iam.gserviceaccount.com`;
}

/** Bucket names are global in Google Cloud: the project's id keeps them apart. */
export function bucketName({ project }: Pick<StackConfig, 'project'>, bucket: string): string {
  return `${project}-${bucket}`;
}

/**
 * Where a service is called, which is also the audience of tokens for it: on stack local a port of this machine, else
 * Cloud Run's deterministic URL. Known before the service exists, so services may call each other in a circle.
 */
export function serviceUrl(
  { serviceUrls, projectNumber, region }: Pick<StackConfig, 'serviceUrls' | 'projectNumber' | 'region'>,
  service: ServiceId,
): string {
  return serviceUrls?.[service] ?? `https://${service}-${projectNumber}.${region}.run.app`;
}
