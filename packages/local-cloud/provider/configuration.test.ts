// No wrong cloud: which provider configurations are refused; and what a program may ask.
import { describe, expect, it } from '@jest/globals';
import { fakeCloud } from '../testing/fake-cloud.ts';
import { refusedProject } from './configuration.ts';
import { invoke } from './invoke.ts';
import { Secret, Unknown } from './property-values.ts';

describe('refusedProject', () => {
  it.each([[{ project: 'local' }], [{ project: new Secret('local') }], [{ project: 'local', region: 'x' }]])(
    'takes the local project %#',
    (configuration) => {
      expect(refusedProject(configuration, 'local')).toBeUndefined();
    },
  );

  it('waits for a project that is not known yet', () => {
    expect(refusedProject({ project: Unknown }, 'local')).toBeUndefined();
  });

  it.each([
    [{ project: 'bakery-prod' }, 'names the project `bakery-prod`'],
    [{ project: 'local2' }, 'names the project `local2`'],
    [{ project: null }, 'names no project'],
    [{}, 'names no project'],
  ])('refuses %j in one line that says what to do', (configuration, names) => {
    const reason = refusedProject(configuration, 'local');
    expect(reason).toContain(names);
    expect(reason).toContain('set gcp:project to `local`');
    expect(reason).not.toContain('\n');
  });
});

describe('invoke', () => {
  it('answers who and where the program is', () => {
    const cloud = fakeCloud();
    expect(invoke('gcp:organizations/getProject:getProject', {}, cloud)).toMatchObject({
      projectId: 'local',
      number: '123456789012',
    });
    expect(invoke('gcp:organizations/getClientConfig:getClientConfig', {}, cloud)).toMatchObject({
      project: 'local',
      region: 'europe-west1',
    });
  });

  it('answers for no other project and no other function', () => {
    const cloud = fakeCloud();
    const token = 'gcp:organizations/getProject:getProject';
    expect(() => invoke(token, { projectId: 'bakery-prod' }, cloud)).toThrow('only the project local');
    expect(() => invoke('gcp:compute/getZones:getZones', {}, cloud)).toThrow(
      'does not answer gcp:compute/getZones:getZones (only getProject, getClientConfig)',
    );
  });
});
