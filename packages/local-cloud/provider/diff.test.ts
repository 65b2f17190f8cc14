// Which changes replace a resource, and in which order old and new then live.
import { describe, expect, it } from '@jest/globals';
import { findResourceType } from '../resources/index.ts';
import { fakeCloud } from '../testing/fake-cloud.ts';
import { diffResource, toDiffResponse } from './diff.ts';
import { Asset, Unknown } from './property-values.ts';
import type { Properties } from './property-values.ts';

const SERVICE = 'gcp:cloudrunv2/service:Service';
const service = (name: string, greeting: string): Properties => ({
  name,
  location: 'europe-west1',
  template: { containers: [{ image: 'x', envs: [{ name: 'GREETING', value: greeting }] }] },
});

function diff(token: string, olds: Properties, news: Properties) {
  return diffResource(findResourceType(token), olds, news, fakeCloud());
}

describe('diffResource', () => {
  it('updates a service in place when its environment changes', () => {
    expect(diff(SERVICE, service('a', 'hello'), service('a', 'good day'))).toStrictEqual({
      changes: [{ path: 'template.containers[0].envs[0].value', kind: 'UPDATE', replaces: false }],
      deleteBeforeReplace: false,
    });
  });

  it('replaces a service whose name changes, the new one first', () => {
    expect(diff(SERVICE, service('a', 'hello'), service('b', 'hello'))).toStrictEqual({
      changes: [{ path: 'name', kind: 'UPDATE', replaces: true }],
      deleteBeforeReplace: false,
    });
  });

  it('deletes an object before its replacement of the same name, so that the new one survives', () => {
    const object = (hash: string): Properties => ({ bucket: 'b', name: 'o', source: new Asset(false, hash, {}) });
    expect(diff('gcp:storage/bucketObject:BucketObject', object('1'), object('2'))).toMatchObject({
      changes: [{ path: 'source', replaces: true }],
      deleteBeforeReplace: true,
    });
  });

  it('makes a new secret version before it drops the old one', () => {
    const olds = { secret: 'projects/local/secrets/s', secretData: 'a' };
    const token = 'gcp:secretmanager/secretVersion:SecretVersion';
    expect(diff(token, olds, { ...olds, secretData: 'b' })).toMatchObject({
      changes: [{ path: 'secretData', replaces: true }],
      deleteBeforeReplace: false,
    });
  });

  it('does not guess an order while the new name is unknown', () => {
    const token = 'gcp:storage/bucket:Bucket';
    expect(diff(token, { name: 'a', location: 'EU' }, { name: Unknown, location: 'EU' })).toMatchObject({
      changes: [{ path: 'name', replaces: true }],
      deleteBeforeReplace: false,
    });
  });

  it('updates recorded-only types in place', () => {
    const { changes } = diff('gcp:pubsub/topic:Topic', { name: 'a', labels: {} }, { name: 'a', labels: { x: 'y' } });
    expect(changes).toStrictEqual([{ path: 'labels.x', kind: 'ADD', replaces: false }]);
  });
});

describe('toDiffResponse', () => {
  it('says none where nothing changed', () => {
    const response = toDiffResponse(diff(SERVICE, service('a', 'x'), service('a', 'x')));
    expect([response.getChanges(), response.getDiffsList(), response.getReplacesList()]).toStrictEqual([1, [], []]);
  });

  it('carries details by path and top-level names for the summary', () => {
    const response = toDiffResponse(diff(SERVICE, service('a', 'x'), service('b', 'y')));
    expect(response.getChanges()).toBe(2);
    expect(response.getDiffsList()).toStrictEqual(['name', 'template']);
    expect(response.getReplacesList()).toStrictEqual(['name']);
    expect(response.getDetaileddiffMap().get('name')?.getKind()).toBe(5); // UPDATE_REPLACE
    expect(response.getDetaileddiffMap().get('template.containers[0].envs[0].value')?.getKind()).toBe(4); // UPDATE
  });
});
