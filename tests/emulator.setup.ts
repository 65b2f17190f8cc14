// Before the jest project "emulator": one Firestore emulator for the whole run. Test files keep apart by project id.
import { startFirestoreEmulator } from '@reelbanana/local-cloud/emulators';
import type { Emulator } from '@reelbanana/local-cloud/emulators';
import { foundTools } from '../scripts/lib/tools.ts';

declare global {
  // A global of jest's process is how set-up hands over to tear-down.
  var firestoreEmulatorOfTests: Emulator | undefined;
}

export default async function setup(): Promise<void> {
  const tools = foundTools();
  const emulator = await startFirestoreEmulator({ java: tools.java, jar: tools.firestoreEmulatorJar });
  globalThis.firestoreEmulatorOfTests = emulator;
  // Workers inherit both. Without the second, Google's clients look for a metadata server for some seconds.
  process.env['FIRESTORE_EMULATOR_HOST'] = emulator.host;
  process.env['METADATA_SERVER_DETECTION'] = 'none';
}
