// The contract as read from the installed @pulumi/gcp: spot checks against its documentation.
import { describe, expect, it } from '@jest/globals';
import { actedOutTokens } from '../resources/index.ts';
import { readGcpContract } from './declarations.ts';
import { documentedValues } from './documented-values.ts';

const contract = readGcpContract();
const SERVICE = 'gcp:cloudrunv2/service:Service';

describe('the contract of @pulumi/gcp', () => {
  it('has every type that the local cloud acts out, with inputs and outputs', () => {
    for (const token of actedOutTokens()) {
      const resource = contract.resource(token);
      expect([token, resource?.token]).toStrictEqual([token, token]);
      for (const name of resource?.inputs.keys() ?? []) expect(resource?.outputs).toContain(name);
    }
  });

  it('tells required from optional inputs', () => {
    const inputs = contract.resource(SERVICE)?.inputs;
    expect([inputs?.get('location')?.required, inputs?.get('name')?.required]).toStrictEqual([true, false]);
    expect(contract.object('cloudrunv2.ServiceTemplateContainer')?.get('image')?.required).toBe(true);
  });

  it('reads lists, maps and nested objects', () => {
    const inputs = contract.resource(SERVICE)?.inputs;
    expect(inputs?.get('template')?.type).toStrictEqual({ kind: 'object', name: 'cloudrunv2.ServiceTemplate' });
    expect(inputs?.get('labels')?.type).toStrictEqual({ kind: 'map', of: { kind: 'string' } });
    expect(contract.object('cloudrunv2.ServiceTemplate')?.get('containers')?.type).toStrictEqual({
      kind: 'list',
      of: { kind: 'object', name: 'cloudrunv2.ServiceTemplateContainer' },
    });
  });

  it('has the documented values of closed sets, and the ones told by hand', () => {
    expect(contract.resource(SERVICE)?.inputs.get('ingress')?.values).toStrictEqual([
      'INGRESS_TRAFFIC_ALL',
      'INGRESS_TRAFFIC_INTERNAL_ONLY',
      'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
    ]);
    const bucket = contract.resource('gcp:storage/bucket:Bucket')?.inputs;
    expect(bucket?.get('rpo')?.values).toStrictEqual(['DEFAULT', 'ASYNC_TURBO']);
    expect(bucket?.get('deletionPolicy')?.values).toStrictEqual(['DELETE', 'ABANDON', 'PREVENT']);
  });

  it('finds files whose names differ from their tokens', () => {
    expect(contract.resource('gcp:firestore/index:Index')?.outputs).toContain('queryScope');
    expect(contract.resource('gcp:projects/iAMMember:IAMMember')?.inputs.has('member')).toBe(true);
  });

  it('knows no type that the package does not have', () => {
    for (const token of ['gcp:cloudrunv2/service:Servise', 'gcp:nowhere/thing:Thing', 'aws:s3/bucket:Bucket', '']) {
      expect(contract.resource(token)).toBeUndefined();
    }
    expect(contract.object('cloudrunv2.Nothing')).toBeUndefined();
  });
});

describe('documentedValues', () => {
  it.each([
    ['Possible values are: `A`, `B`.', ['A', 'B']],
    ['Allowed values are "http1" and "h2c".', ['http1', 'h2c']],
    ['The mode.\nPossible values are:\n* `A`\n* `B`', ['A', 'B']],
    ['Must be one of: `GET`, `PUT`, or `POST`.', ['GET', 'PUT', 'POST']],
    ['Possible values are: `CONTAINS`.', ['CONTAINS']],
  ])('reads %j', (documentation, values) => {
    expect(documentedValues(documentation)).toStrictEqual(values);
  });

  it.each(['Defaults to `true`.', 'The name, for example `a`.', ''])('finds no set in %j', (documentation) => {
    expect(documentedValues(documentation)).toBeUndefined();
  });
});
