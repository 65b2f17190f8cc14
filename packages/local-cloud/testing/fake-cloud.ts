// The cloud of a fake runtime, as the provider's unit tests need it.
import type { Cloud } from '../resources/resource.ts';
import { World } from '../resources/world.ts';
import type { FakeRuntime } from './fake-runtime.ts';
import { fakeRuntime } from './fake-runtime.ts';

/** A project `local` with nothing in it; the service `greeter` has a URL that is given. */
export function fakeCloud(): Cloud & { readonly runtime: FakeRuntime } {
  return {
    runtime: fakeRuntime(),
    world: new World(),
    projectId: 'local',
    projectNumber: '123456789012',
    region: 'europe-west1',
    serviceUrls: { greeter: 'http://127.0.0.1:8081' },
  };
}
