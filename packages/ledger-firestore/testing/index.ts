// For tests, the simulation and the benchmark: virtual time, seeded chance, short commands, fresh databases.
export * from './commands.ts';
export { freshDatabase } from './emulator.ts';
export { seededRandom, VirtualTime } from './virtual-time.ts';
