// The commands that package.json names: which file each runs, and which tools must be there first.
// @ts-check

/**
 * @typedef {object} Command
 * @property {string[]} run the file (from the repository's root) that Node runs, and arguments that always come first
 * @property {string[]} [defaults] arguments where the caller gives none
 * @property {(args: string[]) => string[]} needs ids of tools, beside node and packages
 * @property {string} does one line for the usage text
 */

const emulators = ['java', 'firestoreEmulatorJar', 'authEmulator'];

/** @type {Record<string, Command>} */
export const commands = {
  up: {
    run: ['scripts/up.ts'],
    needs: () => [...emulators, 'pulumi'],
    does: 'bring up the whole stack on this machine',
  },
  test: {
    run: ['scripts/test.ts'],
    needs: testNeeds,
    does: 'all checks and tests; or some: unit, emulator, system, lint, ...',
  },
  bench: {
    run: ['scripts/bench.ts'],
    needs: () => emulators,
    does: 'measure the ledger, its commits and its service; --only FIGURE',
  },
  sim: { run: ['scripts/sim.ts'], needs: () => [], does: 'simulate engines, faults and clients from seeds; --mutants' },
  mutants: {
    run: ['scripts/mutants.ts'],
    needs: () => [],
    does: 'plant mistakes in the ledger and show which no test notices',
  },
  load: {
    run: ['scripts/load.ts'],
    needs: () => ['k6'],
    does: 'run a k6 scenario against the stack, then prove the ledger',
  },
  pulumi: { run: ['scripts/pulumi.ts'], needs: () => ['pulumi'], does: 'run the Pulumi CLI against the running stack' },
  token: { run: ['scripts/token.ts'], needs: () => [], does: 'print a bearer token for the running stack' },
  'verify-statement': {
    run: ['scripts/verify-statement.ts'],
    needs: () => [],
    does: 'prove a statement of a wallet, offline',
  },
  audit: {
    run: ['scripts/audit.ts'],
    needs: () => [],
    does: 'audit every stored wallet, of the running stack or of a project',
  },
  doctor: {
    run: ['scripts/doctor.ts'],
    needs: () => [],
    does: 'say which tools were found where, and how to get the others',
  },
  docs: { run: ['scripts/docs.ts'], needs: () => [], does: 'write the API reference, docs/api, from the contracts' },
  lint: {
    run: ['node_modules/eslint/bin/eslint.js'],
    defaults: ['.'],
    needs: () => [],
    does: 'eslint',
  },
  types: { run: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'], needs: () => [], does: 'tsc' },
  format: {
    run: ['node_modules/prettier/bin/prettier.cjs'],
    defaults: ['--write', '--log-level', 'warn', '.'],
    needs: () => [],
    does: 'write every file the way prettier would',
  },
  setup: { run: [], needs: () => [...emulators, 'pulumi', 'k6'], does: 'only get every tool' },
};

/**
 * Filtered test runs need only what the tests named need.
 * @param {string[]} args
 */
function testNeeds(args) {
  const names = args.filter((arg) =>
    ['format', 'lint', 'types', 'dependencies', 'unit', 'emulator', 'system'].includes(arg),
  );
  if (names.length === 0 || names.includes('system')) return [...emulators, 'pulumi', 'k6'];
  return names.includes('emulator') ? emulators : [];
}
