// Google's Firestore emulator and the Firebase Auth emulator as child processes, for tests and for the local cloud.
export { startFirestoreEmulator } from './firestore.ts';
export type { FirestoreEmulatorOptions } from './firestore.ts';
export { startAuthEmulator } from './auth.ts';
export type { AuthEmulatorOptions } from './auth.ts';
export type { Emulator } from './launch.ts';
