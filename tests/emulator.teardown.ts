// After the jest project "emulator": no process of ours stays behind.
export default async function teardown(): Promise<void> {
  await globalThis.firestoreEmulatorOfTests?.stop();
}
