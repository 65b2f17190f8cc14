// Who may import whom. The layers are those of the house: a pure ledger in the middle, services at the rim, the Pulumi
// program beside them, and a local cloud that knows nothing of the product. `npm test -- dependencies` checks it;
// scripts/dependency-rule.test.ts proves that each rule below refuses what it is there to refuse.
'use strict';

/** Tests, and helpers that only tests import, may reach further: other rooms' test helpers, tests/, development packages. */
const TEST = String.raw`\.test\.ts$|/testing/|/simulation/|/conformance|^tests/`;
/** k6 runs these, not Node: no package resolves there. */
const K6 = String.raw`^loadtests/(scenarios|profiles|lib)/`;
const OURS = '^(packages|services|functions|infra|loadtests|dashboards|bench|scripts|tests)/';
const PULUMI = String.raw`node_modules/@pulumi/`;

/** A room and the rooms of ours that it may import, as regular expressions; itself always. */
const ROOMS = [
  { room: 'packages/ledger', mayImport: [], why: 'the ledger is pure: it imports nothing' },
  { room: 'packages/catalog', mayImport: ['packages/ledger'], why: "the catalog is data over the ledger's types" },
  {
    room: 'packages/ledger-firestore',
    mayImport: ['packages/ledger', 'packages/catalog'],
    why: 'the stores know ledger and catalog only',
  },
  { room: 'packages/service-kit', mayImport: ['packages/catalog'], why: 'the app factory knows the catalog only' },
  {
    room: 'packages/metering',
    mayImport: ['packages/catalog', 'packages/service-kit'],
    why: 'the metering SDK speaks to the ledger over HTTP only',
  },
  {
    room: 'packages/local-cloud',
    mayImport: [],
    why: 'the local cloud follows from resource inputs, never from this product',
  },
  { room: 'packages/stripe-simulator', mayImport: [], why: 'the simulator knows Stripe, not this product' },
  { room: 'dashboards', mayImport: ['packages/catalog'], why: 'dashboards are made from the catalog' },
  {
    room: 'infra',
    mayImport: ['packages/catalog', 'dashboards'],
    why: 'infra deploys services by their folder and never imports their code',
  },
  {
    room: 'loadtests',
    mayImport: ['packages/catalog', 'packages/ledger', 'packages/ledger-firestore'],
    why: 'load tests see the services from outside; verify reads the ledger',
  },
];

module.exports = {
  forbidden: [
    ...ROOMS.map(({ room, mayImport, why }) => ({
      name: `room-${room.replace('packages/', '')}`,
      comment: why,
      severity: 'error',
      from: { path: `^${room}/`, pathNot: TEST },
      to: { path: OURS, pathNot: [room, ...mayImport].map((folder) => `^${folder}/`) },
    })),
    {
      name: 'ledger-imports-nothing',
      comment: 'no package and no part of Node but crypto, of which eslint.config.js allows hash alone',
      severity: 'error',
      from: { path: '^packages/ledger/', pathNot: TEST },
      to: { pathNot: ['^packages/ledger/', '^(node:)?crypto$'] },
    },
    {
      name: 'catalog-takes-ledger-types-only',
      comment: "the catalog must stay loadable without the ledger's code",
      severity: 'error',
      from: { path: '^packages/catalog/', pathNot: TEST },
      to: { path: '^packages/ledger/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'catalog-needs-zod-only',
      comment: 'plain data and its schemas: no other package, nothing of Node',
      severity: 'error',
      from: { path: '^packages/catalog/', pathNot: TEST },
      to: { pathNot: ['^packages/(catalog|ledger)/', 'node_modules/zod/'] },
    },
    {
      name: 'services-stand-alone',
      comment: 'a service may use any package of the product, and no other service',
      severity: 'error',
      from: { path: '^(services|functions)/([^/]+)/', pathNot: TEST },
      to: { path: OURS, pathNot: ['^$1/$2/', '^packages/(?!local-cloud/|stripe-simulator/)'] },
    },
    {
      name: 'packages-below-services',
      comment: 'packages are used by services, scripts and tests, and use none of them',
      severity: 'error',
      from: { path: '^packages/', pathNot: TEST },
      to: { path: OURS, pathNot: '^packages/' },
    },
    {
      name: 'k6-scripts-stand-alone',
      comment: 'k6 resolves no workspace: its scripts import k6 itself, each other and the generated catalog',
      severity: 'error',
      from: { path: K6, pathNot: TEST },
      to: { pathNot: [K6, '^k6(/|$)', '/catalog\\.json$', 'node_modules/@types/k6/'] },
    },
    {
      name: 'load-tests-read-only',
      comment:
        'load tests read the ledger: its face (of which eslint.config.js allows a few functions), the invariants, the reader',
      severity: 'error',
      from: { path: '^loadtests/', pathNot: TEST },
      to: {
        path: ['^packages/ledger/', '^packages/ledger-firestore/'],
        pathNot: [
          '^packages/ledger/index\\.ts$',
          '^packages/ledger/invariants',
          '^packages/ledger-firestore/reader\\.ts$',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'pulumi-in-infra-and-local-cloud',
      comment: 'nothing that is deployed may depend on the tool that deploys it',
      severity: 'error',
      from: { pathNot: ['^(infra|packages/local-cloud)/', '^(scripts|tests)/', 'node_modules/', TEST] },
      to: { path: PULUMI },
    },
    {
      name: 'firestore-in-stores',
      comment: "wallets and entries are written by ledger-firestore, a service's own documents by its one store.ts",
      severity: 'error',
      from: {
        pathNot: [
          '^packages/ledger-firestore/',
          '^(services|functions)/[^/]+/store\\.ts$',
          '^(bench|scripts|tests)/',
          TEST,
        ],
      },
      to: { path: ['node_modules/@google-cloud/firestore/', 'node_modules/firebase-admin/[^.]*/firestore/'] },
    },
    {
      name: 'no-stripe-yet',
      comment: "Stripe will live in services/billing, the Stripe functions and infra's Stripe component",
      severity: 'error',
      from: {},
      to: { path: ['^stripe$', 'node_modules/@?stripe/'] },
    },
    {
      name: 'declared',
      comment: 'what a package imports at run time stands in its own package.json, or its bundle breaks',
      severity: 'error',
      from: { path: '^(packages|services|functions|infra|dashboards)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: { pathNot: K6 },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-code-in-product',
      comment: 'test files and their helpers are imported by tests and measurements only',
      severity: 'error',
      from: { pathNot: [TEST, '^bench/', '^scripts/sim\\.ts$'] },
      to: { path: TEST },
    },
    {
      name: 'no-circle',
      comment: 'what imports each other in a circle is one thing in two files (types may point back)',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphan',
      comment: 'imports nothing, imported by nothing: forgotten, or not yet used',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          TEST,
          String.raw`\.d\.ts$`,
          // Run by path, never imported
          '^scripts/[^/]+$',
          '^(services|functions)/[^/]+/main\\.ts$',
          'worker\\.[cm]?[jt]s$',
          '^packages/local-cloud/pulumi/',
          '^loadtests/scenarios/',
        ],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: String.raw`(^|/)(\.tools|\.local|\.cache)/` },
    // Imports of types count as well: they are what the rules above tell apart.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
    },
  },
};
