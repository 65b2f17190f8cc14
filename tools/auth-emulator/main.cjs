// The Firebase Auth emulator as one process: `node auth-emulator.cjs PROJECT_ID [PORT]`.
//
// scripts/bootstrap.mjs bundles this file with firebase-tools into one .cjs. firebase-tools' own command line takes 5-6 s
// and 370 MB to start this emulator, mostly to compile validators for API paths that nobody here calls; without those
// paths it is up in 2 s with 200 MB. The two required files are internal to firebase-tools, hence the exact pin.
//
// Listens on 127.0.0.1 only (port 0 or none: a free one), prints `ready 127.0.0.1:PORT`, ends on SIGTERM and SIGINT.
'use strict';

const spec = require('firebase-tools/lib/emulator/auth/apiSpec').default;

// Before the server is required, because that compiles the specification.
const unusedPaths =
  /tenants|SamlConfig|oauthIdp|defaultSupportedIdp|mfa|passkey|recaptcha|GameCenter|IosClient|identityPlatform/i;
for (const path of Object.keys(spec.paths)) {
  if (unusedPaths.test(path)) delete spec.paths[path];
}

const { createApp } = require('firebase-tools/lib/emulator/auth/server');

// SingleProjectMode.WARNING: a request for another project is answered and logged, not refused.
const SINGLE_PROJECT_MODE_WARNING = 1;

const [projectId, port = '0'] = process.argv.slice(2);
if (!projectId || !/^\d+$/.test(port)) {
  console.error('usage: auth-emulator.cjs PROJECT_ID [PORT]');
  process.exit(2);
}

createApp(projectId, SINGLE_PROJECT_MODE_WARNING).then((app) => {
  const server = app.listen(Number(port), '127.0.0.1');
  server.on('listening', () => console.log(`ready 127.0.0.1:${server.address().port}`));
  server.on('error', (error) => {
    console.error(error.message);
    process.exit(1);
  });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      server.close(() => process.exit(0));
      server.closeAllConnections();
    });
  }
});
