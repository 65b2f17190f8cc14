// The whole local cloud under the real Pulumi engine, with a foreign program: up, no-change, diff, faults, cancel, destroy.
// The cases follow one another on one stack, as a person would work.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { create } from 'tar';
import { foundTools, repositoryRoot } from '../../scripts/lib/tools.ts';
import type { LocalCloud } from './index.ts';
import { startLocalCloud } from './index.ts';
import { freePort, portAnswers } from './runtime/ports.ts';
import { BAKERY, PROGRAM, RULES } from './testing/foreign-program.ts';
import { pulumiWorkspace } from './testing/workspace.ts';
import type { CliResult, PulumiWorkspace } from './testing/workspace.ts';

jest.setTimeout(120_000);

const YEAST = 'a-living-culture-since-1890';
let dir = '';
let url = '';
let cloud: LocalCloud;
let workspace: PulumiWorkspace;
/** All that the CLI ever said. */
let said = '';

async function pulumi(args: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  const result = await workspace.pulumi(args, { env });
  said += result.output;
  return result;
}

async function succeed(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, output } = await pulumi(args, env);
  if (code !== 0) throw new Error(`pulumi ${args.join(' ')} exited with ${String(code)}:\n${output}`);
  return output;
}

const UP = ['up', '--yes', '--skip-preview'];
const NO_CHANGE = ['preview', '--expect-no-changes'];
const EVENING = { GREETING: 'good evening' };

beforeAll(async () => {
  const tools = foundTools();
  dir = mkdtempSync(join(tmpdir(), 'local-cloud-'));
  url = `http://127.0.0.1:${String(await freePort())}`;
  const { node, java, firestoreEmulatorJar, authEmulator } = tools;
  workspace = pulumiWorkspace({
    pulumi: tools.pulumi,
    repository: repositoryRoot,
    env: () => cloud.pulumiEnv(),
    main: 'index.ts',
  });
  cloud = await startLocalCloud({
    ...{ projectId: 'local', projectNumber: '123456789012', region: 'europe-west1', programDir: workspace.dir },
    ...{ dir, node, java, firestoreEmulatorJar, authEmulator, serviceUrls: { bakery: url } },
  });
  workspace.write('index.ts', PROGRAM);
  writeFileSync(join(dir, 'index.cjs'), BAKERY);
  await create({ file: join(workspace.dir, 'bundle.tar.gz'), cwd: dir, gzip: true }, ['index.cjs']);
  await succeed(['stack', 'init']);
  await succeed([
    ...['config', 'set-all', '--plaintext', 'gcp:project=local', '--plaintext', `rules=${RULES}`],
    ...['--secret', `yeast=${YEAST}`],
  ]);
});

afterAll(async () => {
  await cloud?.stop();
  workspace?.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe('the local cloud under the real engine', () => {
  it('refuses every project but `local`, in one line, before anything is made there', async () => {
    const { code, output } = await pulumi(['preview'], { FLAW: 'project' });
    expect(code).not.toBe(0);
    expect(output).toContain('whose only project is `local`, but the gcp provider names the project `bakery-prod`');
  });

  it('shows a crash at the first start with the tail of its log, and leaves nothing running', async () => {
    const { code, output } = await pulumi(UP, { FLAW: 'crash' });
    expect(code).not.toBe(0);
    expect(output).toMatch(/gcp:cloudrunv2:Service \(bakery\):[^]*exit code 3[^]*the oven is cold/);
    expect(output).toMatch(/cloudscheduler:Job nightly .*recorded only/);
    expect(cloud.runtime.services.list()).toStrictEqual([]);
  });

  it('brings the program up: the service answers with its config and its secret', async () => {
    await succeed(UP);
    expect(await text(url)).toBe(`good morning, ${String(YEAST.length)} g`);
    expect(JSON.parse(await succeed(['stack', 'output', '--json']))).toStrictEqual({
      baker: 'baker-of-the-test@local.iam.gserviceaccount.com',
      projectNumber: '123456789012',
      url,
    });
  });

  it('installs the released rules: what they allow is allowed, all else is not', async () => {
    const documents = `http://${cloud.runtime.firestoreHost}/v1/projects/local/databases/(default)/documents`;
    expect((await fetch(`${documents}/loaves/rye`)).status).toBe(404);
    expect((await fetch(`${documents}/tills/one`)).status).toBe(403);
  });

  it('shows no change in a preview and a refresh afterwards', async () => {
    expect(await succeed(NO_CHANGE)).toMatch(/1\d unchanged/);
    expect(await succeed(['refresh', '--yes', '--skip-preview', '--expect-no-changes'])).toMatch(/1\d unchanged/);
    expect(await succeed(NO_CHANGE)).toMatch(/1\d unchanged/);
  });

  it('shows exactly what an edit changes, and then does it', async () => {
    const preview = await succeed(['preview', '--diff'], EVENING);
    expect(preview).toMatch(/~ envs: \[\s+~ \[0\]: \{\s+~ value: "good morning" => "good evening"/);
    expect(preview).toContain('~ 2 to update'); // the service and the note
    expect(preview).not.toContain('replace');
    await succeed(UP, EVENING);
    expect(await text(url)).toContain('good evening');
    await succeed(NO_CHANGE, EVENING);
  });

  it('refuses a typo by its path while the service goes on', async () => {
    const { code, output } = await pulumi(UP, { ...EVENING, FLAW: 'typo' });
    expect(code).not.toBe(0);
    expect(output).toContain(
      "resource 'bakery' has a problem: template.containers[0].enviroment: there is no such property",
    );
    expect(await text(url)).toContain('good evening');
  });

  it('keeps the old revision serving when a new one crashes, and heals with the next up', async () => {
    const { code, output } = await pulumi(UP, { ...EVENING, FLAW: 'crash' });
    expect(code).not.toBe(0);
    expect(output).toMatch(/exit code 3[^]*the oven is cold[^]*still stands/);
    expect(await text(url)).toContain('good evening');
    expect(await succeed(UP, EVENING)).toContain('~ 1 updated');
    await succeed(NO_CHANGE, EVENING);
  });

  it('lets go on Ctrl-C while a service is starting, and the next up goes on', async () => {
    const { code, output } = await workspace.pulumi(UP, {
      env: { ...EVENING, FLAW: 'hang' },
      signalAfter: /Service bakery.*(starting|waiting)/,
    });
    said += output;
    expect(code).not.toBe(0);
    expect(output).toContain('cancelled');
    await succeed(UP, EVENING);
    expect(await text(url)).toContain('good evening');
    await succeed(NO_CHANGE, EVENING);
  });

  it('repairs what went missing behind its back: refresh sees it, up makes it anew', async () => {
    await cloud.runtime.services.remove('bakery');
    expect(await succeed(['refresh', '--yes', '--skip-preview'], EVENING)).toContain('- 1 deleted');
    expect(await succeed(UP, EVENING)).toContain('+ 1 created');
    expect(await text(url)).toContain('good evening');
  });

  it('keeps the secret out of state and output', () => {
    expect(workspace.state()).toContain('secretmanager/secretVersion');
    expect(workspace.state()).not.toContain(YEAST);
    expect(said).not.toContain(YEAST);
  });

  it('destroys everything: no process, no port, no grant', async () => {
    const pids = cloud.runtime.services.list().map((service) => service.pid);
    expect(pids).toHaveLength(1);
    await succeed(['destroy', '--yes', '--skip-preview']);
    expect(cloud.runtime.services.list()).toStrictEqual([]);
    expect(cloud.runtime.iam.bindings()).toStrictEqual([]);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await portAnswers(Number(new URL(url).port), 1000)).toBe(false);
  });

  it('can come up again after a destroy, and stops with nothing left listening', async () => {
    await succeed(UP);
    expect(await text(url)).toContain('good morning');
    const pids = cloud.runtime.services.list().map((service) => service.pid);
    await cloud.stop();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    for (const port of [cloud.providerPort, Number(new URL(url).port)])
      expect(await portAnswers(port, 1000)).toBe(false);
  });
});

async function text(address: string): Promise<string> {
  return (await fetch(address)).text();
}
