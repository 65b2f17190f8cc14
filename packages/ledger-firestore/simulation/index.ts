// The deterministic simulation (`npm run sim`): engines, stores, clients and SDK clients in bad weather, from one seed.
export { hunt, mutants, type Mutant, type Verdict } from './mutants.ts';
export { failureOf, replayOf, rowOf, rowsOf } from './report.ts';
export { run, type Run } from './run.ts';
export { simulate, type Plan, type Summary } from './simulate.ts';
