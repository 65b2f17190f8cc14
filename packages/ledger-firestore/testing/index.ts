// For tests, the simulation and the benchmark: virtual time, seeded chance, short commands, fresh databases, bad networks.
export * from './commands.ts';
export { freshDatabase } from './emulator.ts';
export { startSlowDocuments, type SlowDocuments } from './slow-documents.ts';
export { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
export { seededRandom, VirtualTime } from './virtual-time.ts';
