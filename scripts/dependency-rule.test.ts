// The dependency rule can fail: one wrong import per rule, planted in a small copy of the house, is refused by that rule.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cruise, type IConfiguration, type ICruiseResult } from 'dependency-cruiser';

const configuration = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as IConfiguration;

/** Packages and workspaces of the copy, so that imports resolve as they do here. */
const packages = [
  '@pulumi/pulumi',
  '@google-cloud/firestore',
  'stripe',
  'zod',
  'esbuild',
  '@reelbanana/catalog',
  '@reelbanana/ledger',
];

/** Rule, file, what it wrongly says. Files named twice carry both. */
const wrong: readonly [rule: string, file: string, text: string][] = [
  ['room-ledger', 'packages/ledger/a.ts', "import '../catalog/index.ts';"],
  ['room-catalog', 'packages/catalog/a.ts', "import '../service-kit/index.ts';"],
  ['room-ledger-firestore', 'packages/ledger-firestore/a.ts', "import '../metering/index.ts';"],
  ['room-service-kit', 'packages/service-kit/a.ts', "import '../ledger/index.ts';"],
  ['room-metering', 'packages/metering/a.ts', "import '../ledger-firestore/index.ts';"],
  ['room-local-cloud', 'packages/local-cloud/a.ts', "import '../catalog/index.ts';"],
  ['room-stripe-simulator', 'packages/stripe-simulator/a.ts', "import '../catalog/index.ts';"],
  ['room-dashboards', 'dashboards/a.ts', "import '../packages/ledger/index.ts';"],
  ['room-infra', 'infra/a.ts', "import '../services/credits/app.ts';"],
  ['room-loadtests', 'loadtests/a.ts', "import '../services/credits/app.ts';"],
  ['ledger-imports-nothing', 'packages/ledger/b.ts', "import 'node:fs';"],
  ['ledger-imports-nothing', 'packages/ledger/c.ts', "import 'zod';"],
  ['catalog-takes-ledger-types-only', 'packages/catalog/b.ts', "import { x } from '../ledger/index.ts'; x();"],
  ['catalog-needs-zod-only', 'packages/catalog/c.ts', "import 'node:fs';"],
  ['services-stand-alone', 'services/credits/a.ts', "import '../narrate/app.ts';"],
  ['services-stand-alone', 'services/credits/b.ts', "import '../../packages/local-cloud/index.ts';"],
  ['packages-below-services', 'packages/metering/b.ts', "import '../../services/credits/app.ts';"],
  ['k6-scripts-stand-alone', 'loadtests/scenarios/a.ts', "import '../../packages/catalog/index.ts';"],
  ['k6-scripts-stand-alone', 'loadtests/lib/a.ts', "import 'node:fs';"],
  ['load-tests-read-only', 'loadtests/b.ts', "import '../packages/ledger/decide.ts';"],
  ['pulumi-in-infra-and-local-cloud', 'services/credits/c.ts', "import '@pulumi/pulumi';"],
  ['firestore-in-stores', 'services/credits/d.ts', "import '@google-cloud/firestore';"],
  ['no-stripe-yet', 'infra/b.ts', "import 'stripe';"],
  ['declared', 'packages/service-kit/b.ts', "import 'esbuild';"],
  ['resolvable', 'packages/service-kit/c.ts', "import './nowhere.ts';"],
  ['no-test-code-in-product', 'packages/service-kit/d.ts', "import './testing/help.ts';"],
  ['no-circle', 'packages/service-kit/circle-a.ts', "import './circle-b.ts';"],
  ['no-orphan', 'packages/service-kit/orphan.ts', 'export const alone = 1;'],
];

/** What the rule must leave alone. */
const right: readonly [file: string, text: string][] = [
  ['packages/ledger/hash.ts', "import { createHash } from 'node:crypto'; createHash('sha256');"],
  ['packages/catalog/types.ts', "import type { X } from '@reelbanana/ledger'; import 'zod'; export type Y = X;"],
  ['packages/ledger-firestore/engine.ts', "import '../ledger/index.ts'; import '@google-cloud/firestore';"],
  ['packages/metering/client.ts', "import '../catalog/index.ts'; import '../service-kit/index.ts';"],
  ['packages/metering/client.test.ts', "import '../ledger/decide.ts'; import '../service-kit/testing/help.ts';"],
  ['packages/service-kit/types-back-a.ts', "import type { B } from './types-back-b.ts'; export const a: B = { b: 1 };"],
  ['packages/local-cloud/engine.ts', "import '@pulumi/pulumi'; import './index.ts';"],
  ['packages/ledger-firestore/simulation/run.ts', "import '../../metering/client.ts';"],
  ['scripts/sim.ts', "import '../packages/ledger-firestore/simulation/run.ts';"],
  ['services/credits/main.ts', "import './app.ts'; import '../../packages/ledger-firestore/engine.ts';"],
  ['services/credits/store.ts', "import '@google-cloud/firestore';"],
  ['infra/index.ts', "import '@pulumi/pulumi'; import '../packages/catalog/index.ts';"],
  ['loadtests/verify/verify.ts', "import '../../packages/ledger/invariants.ts';"],
  ['loadtests/scenarios/ok.ts', "import '../lib/run.ts';"],
];

/** Files that the others need to lead somewhere. */
const ground: readonly [file: string, text: string][] = [
  ['packages/ledger/index.ts', "import './decide.ts'; export const x = () => 1; export interface X { a: 1 }"],
  ['packages/ledger/decide.ts', "import './hash.ts';"],
  ['packages/ledger/invariants.ts', "import './hash.ts';"],
  ['packages/catalog/index.ts', "import './types.ts';"],
  ['packages/ledger-firestore/index.ts', "import './engine.ts';"],
  ['packages/service-kit/index.ts', "import '../catalog/index.ts';"],
  ['packages/service-kit/testing/help.ts', "import '../index.ts';"],
  ['packages/metering/index.ts', "import './client.ts';"],
  ['packages/service-kit/circle-b.ts', "import './circle-a.ts';"],
  ['packages/service-kit/types-back-b.ts', "import { a } from './types-back-a.ts'; export interface B { b: 1 } a;"],
  ['packages/local-cloud/index.ts', 'export const cloud = 1;'],
  ['services/credits/app.ts', "import './store.ts';"],
  ['services/narrate/app.ts', "import '../../packages/metering/index.ts';"],
  ['loadtests/lib/run.ts', "import '../catalog.json' with { type: 'json' };"],
  ['loadtests/catalog.json', '{}'],
  ['tsconfig.json', '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true } }'],
];

let violations: readonly { rule: string; from: string; to: string }[];
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dependency-rule-'));
  build(folder);
  const rooms = ['packages', 'services', 'infra', 'loadtests', 'dashboards'];
  const { output } = await cruise(rooms, {
    ...configuration.options,
    baseDir: folder,
    ruleSet: configuration,
    validate: true,
  });
  const { summary } = output as ICruiseResult;
  violations = summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the dependency rule', () => {
  it.each(wrong)('%s refuses %s: %s', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map((violation) => violation.rule)).toContain(rule);
  });

  it.each(right)('allows %s: %s', (file) => {
    expect(violations.filter(({ from }) => from === file)).toEqual([]);
  });

  it('has no rule that is not proved here', () => {
    const names = configuration.forbidden?.map(({ name }) => name) ?? [];
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(wrong.map(([rule]) => rule))).toEqual(new Set(names));
  });
});

/** Writes the copy: the ground, the planted imports, packages that hold nothing. */
function build(root: string): void {
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [file, text] of [...ground, ...right]) write(file, text);
  for (const [, file, text] of wrong) write(file, text);
  for (const name of packages) {
    const main = name.startsWith('@reelbanana/') ? `../../../packages/${name.split('/')[1]}/index.ts` : 'index.js';
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main }));
    if (main === 'index.js') write(`node_modules/${name}/${main}`, '');
  }
  const dependencies = Object.fromEntries(packages.filter((name) => name !== 'esbuild').map((name) => [name, '1.0.0']));
  write('package.json', JSON.stringify({ name: 'house', dependencies, devDependencies: { esbuild: '1.0.0' } }));
}
