// Google's Firestore emulator: a jar that comes with the Google Cloud SDK or lies in the Firebase CLI's cache. Found, never fetched.
// @ts-check
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { SetupFailure } from './failure.mjs';
import { compareVersions, fileKey, isFile, namesIn, onPath } from './find.mjs';
import { ask } from './run.mjs';

const REMEDY =
  'run `gcloud components install cloud-firestore-emulator` (Debian: apt install google-cloud-cli-firestore-emulator) or set FIRESTORE_EMULATOR_JAR to its jar';

/** @type {import('./tools.mjs').Tool} */
export const firestoreEmulatorTool = {
  id: 'firestoreEmulatorJar',
  title: 'Firestore emulator',
  find(cached) {
    const jar = findJar();
    if (jar === undefined) return undefined;
    const key = fileKey(jar.path);
    return { ...jar, key, version: cached?.key === key ? cached.version : versionOf(jar.path) };
  },
  blocked() {
    const named = process.env['FIRESTORE_EMULATOR_JAR'];
    const where = named
      ? `is not at FIRESTORE_EMULATOR_JAR=${named}`
      : "was not found (FIRESTORE_EMULATOR_JAR, the Cloud SDK's platform folder, the Firebase cache)";
    return new SetupFailure(`Google's Firestore emulator ${where}`, REMEDY);
  },
};

/** @returns {{ path: string, source: string } | undefined} */
function findJar() {
  // Who names a jar wants that one and no other.
  const named = process.env['FIRESTORE_EMULATOR_JAR'];
  if (named) return isFile(named) ? { path: named, source: 'FIRESTORE_EMULATOR_JAR' } : undefined;
  for (const sdk of sdkFolders()) {
    const folder = join(sdk, 'platform', 'cloud-firestore-emulator');
    const jar = namesIn(folder).find((name) => name.endsWith('.jar'));
    if (jar !== undefined) return { path: join(folder, jar), source: 'Google Cloud SDK' };
  }
  const cache = process.env['FIREBASE_EMULATORS_PATH'] ?? join(homedir(), '.cache', 'firebase', 'emulators');
  const newest = namesIn(cache)
    .filter((name) => jarVersion(name) !== undefined)
    .sort((a, b) => compareVersions(jarVersion(b) ?? '', jarVersion(a) ?? ''))[0];
  return newest === undefined ? undefined : { path: join(cache, newest), source: 'Firebase CLI cache' };
}

function sdkFolders() {
  const gcloud = onPath('gcloud');
  return [
    process.env['CLOUDSDK_ROOT_DIR'] ?? '',
    gcloud === undefined ? '' : dirname(dirname(realpathSync(gcloud))),
    '/usr/lib/google-cloud-sdk',
    join(homedir(), 'google-cloud-sdk'),
  ].filter((folder) => folder !== '');
}

/** @param {string} name */
function jarVersion(name) {
  return /^cloud-firestore-emulator-v(.+)\.jar$/.exec(name)?.[1];
}

/**
 * The Firebase cache has it in the name, the Cloud SDK's packages in what they list.
 * @param {string} path
 */
function versionOf(path) {
  const named = jarVersion(path.split('/').at(-1) ?? '');
  if (named !== undefined) return named;
  const listed = ask('dpkg-query', ['-W', '-f', '${Version}', 'google-cloud-cli-firestore-emulator']);
  return listed === undefined ? '' : `Cloud SDK ${listed.trim()}`;
}
