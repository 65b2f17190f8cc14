/** The stack that `up` brings up, phase by phase, and takes down again whatever happens. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { AccountId, ServiceId } from '@reelbanana/catalog';
import { startLocalCloud, type DeployedService, type LocalCloud } from '@reelbanana/local-cloud';
import type { WalletView } from '@reelbanana/metering/contract';
import type { StackConfig } from '../../infra/config.ts';
import { accountEmail, serviceUrl } from '../../infra/names.ts';
import { accountsOf, forEachService } from '../../infra/workload.ts';
import { UsageError } from '../lib/script.ts';
import { foundTools, type Tools } from '../lib/tools.ts';
import { seedAccount, seedAccounts, signIn, type AuthAddress } from './accounts.ts';
import { callJson } from './api.ts';
import { runMainJob } from './main-job.ts';
import { Interrupted, type Phases } from './phases.ts';
import { pulumiOperation, type PulumiCli } from './pulumi-cli.ts';
import { openSession, type OpenSession } from './session.ts';
import { removeStack, writeStack, type StackAccount, type StackFile } from './stack-file.ts';
import { answers, hints, overview, type Health } from './status.ts';
import { clearRunFolder, prepareWorkspace, runFolder } from './workspace.ts';

const AUDIO_FILE = join(runFolder, 'narration.wav');
/** The Auth emulator takes any key. */
const API_KEY = 'local';

type UpTools = Omit<Tools, 'k6'>;

export class RunningStack {
  readonly #phases: Phases;
  readonly #signal: AbortSignal;
  readonly #accounts: StackAccount[] = [];
  #session: OpenSession | undefined;
  #log: WriteStream | undefined;
  #config: StackConfig | undefined;
  #cli: PulumiCli | undefined;
  #cloud: LocalCloud | undefined;
  /** What stack.json says now. */
  #written = '';

  private constructor(phases: Phases, signal: AbortSignal) {
    this.#phases = phases;
    this.#signal = signal;
  }

  /** Becomes the one stack of this repository. Throws UsageError, which names the pid, while another is up. */
  static async claim(phases: Phases, signal: AbortSignal): Promise<RunningStack> {
    const stack = new RunningStack(phases, signal);
    stack.#session = await openSession({ idToken: (account, audience) => stack.#idToken(account, audience) });
    return stack;
  }

  /** Finds the tools, makes the copy that Pulumi works on, starts the local cloud. */
  async start(): Promise<void> {
    removeStack();
    process.once('exit', removeStack); // also when a second Ctrl-C ends us at once
    const tools = await this.#phases.run('tools', () => Promise.resolve(requireTools()));
    clearRunFolder();
    await this.#phases.run('local cloud', async () => {
      const workspace = await prepareWorkspace(tools.pulumi, tools.node);
      this.#config = workspace.config;
      const [started, completed] = await Promise.allSettled([this.#startCloud(tools), workspace.complete()]);
      if (started.status === 'rejected') throw started.reason;
      this.#cloud = started.value;
      if (completed.status === 'rejected') throw completed.reason;
      this.#cli = { ...workspace.cli, env: { ...workspace.cli.env, ...this.#cloud.pulumiEnv() } };
      this.#session?.publish(this.#cli);
    });
  }

  /** `pulumi up`. Its own output says what failed; throws when something did. */
  async deploy(): Promise<void> {
    await this.#phases.run('pulumi up', () => this.#pulumi(['up', '--yes', '--skip-preview']));
  }

  /** Makes the demo accounts and, by their first call, their wallets. */
  async seed(): Promise<void> {
    const { serviceUrls } = this.#running().config;
    await this.#phases.run('accounts', async () => {
      for (const seed of seedAccounts) {
        const account = await seedAccount(this.#auth(), seed);
        const { idToken } = await signIn(this.#auth(), account.email, account.password);
        const wallet = await callJson<WalletView>(`${serviceUrls?.credits}/v1/wallets/me`, {
          token: idToken,
          signal: this.#signal,
        });
        this.#accounts.push({ ...account, walletId: wallet.walletId });
      }
    });
  }

  /** The main job, step by step on the screen; then the stack is up, and stack.json says so. */
  async doMainJob(): Promise<void> {
    const stack = this.#stackFile();
    const done = (step: string) => console.log(`  ✓ ${step}`);
    await this.#phases.run('main job', () => runMainJob({ stack, audioFile: AUDIO_FILE, signal: this.#signal, done }));
    this.#write();
  }

  /** Throws when a second preview finds anything to do. */
  async expectNoChanges(): Promise<void> {
    await this.#phases.run('preview: no change', () => this.#pulumi(['preview', '--expect-no-changes', '--diff']));
  }

  /** Throws when anything is left running in the local cloud. */
  async destroy(): Promise<void> {
    await this.#phases.run('pulumi destroy', async () => {
      await this.#pulumi(['destroy', '--yes', '--skip-preview']);
      const left = this.#services().map(({ name }) => name);
      if (left.length > 0) throw new Error(`destroy left running: ${left.join(', ')}`);
    });
  }

  summary(): string {
    const stack = this.#stackFile();
    return [this.#phases.table(), overview(stack), hints(stack, AUDIO_FILE)].join('\n');
  }

  /** The services now. A new instance's pid goes into stack.json. */
  async health(): Promise<readonly Health[]> {
    this.#write();
    return Promise.all(
      this.#services().map(async ({ name, url, pid }) => ({ service: name, pid, answers: await answers(url) })),
    );
  }

  /** Runs until the work ends, Ctrl-C comes, or a part of the local cloud dies, which throws. */
  async whileAlive(work: (until: AbortSignal) => Promise<void>): Promise<void> {
    const ended = new AbortController();
    const died = this.#running().cloud.runtime.stopped.finally(() => ended.abort());
    died.catch(() => undefined);
    await work(AbortSignal.any([this.#signal, ended.signal]));
    if (ended.signal.aborted) await died;
  }

  /** Stops everything that was started, in any state. */
  async stop(): Promise<void> {
    removeStack();
    await this.#cloud?.stop();
    this.#log?.end();
    await this.#session?.close();
  }

  #startCloud(tools: UpTools): Promise<LocalCloud> {
    const config = this.#settings();
    const log = createWriteStream(join(runFolder, 'local-cloud.log'), { mode: 0o600 });
    this.#log = log;
    return startLocalCloud({
      projectId: 'local',
      projectNumber: config.projectNumber,
      region: config.region,
      dir: join(runFolder, 'cloud'),
      node: tools.node,
      java: tools.java,
      firestoreEmulatorJar: tools.firestoreEmulatorJar,
      authEmulator: tools.authEmulator,
      serviceUrls: config.serviceUrls ?? {},
      onLog: (line) => log.write(`${line}\n`),
    });
  }

  async #pulumi(args: readonly string[]): Promise<void> {
    const code = await pulumiOperation(
      this.#running().cli,
      [...args, '--suppress-permalink=true', '--suppress-progress'],
      this.#signal,
    );
    if (this.#signal.aborted) throw new Interrupted();
    if (code !== 0) throw new Error(`pulumi ${args[0]} ended with exit code ${code}: its error stands above`);
  }

  async #idToken(account: string, audience: string): Promise<string> {
    if (!this.#cloud) throw new UsageError('the stack is not ready yet');
    const config = this.#settings();
    const accounts: readonly string[] = accountsOf(config).map(({ id }) => id);
    const services = Object.keys(forEachService(() => undefined));
    if (!accounts.includes(account))
      throw new UsageError(`no service account ${account}: there are ${accounts.join(', ')}`);
    if (!services.includes(audience)) throw new UsageError(`no service ${audience}: there are ${services.join(', ')}`);
    const email = accountEmail(config, account as AccountId);
    return this.#cloud.runtime.identity.idToken(email, serviceUrl(config, audience as ServiceId));
  }

  #stackFile(): StackFile {
    const { cloud, config } = this.#running();
    return {
      services: Object.fromEntries(
        this.#services().map(({ name, url, pid }) => [name, { url, pid }]),
      ) as StackFile['services'],
      auth: this.#auth(),
      accounts: this.#accounts.map(({ email, password, uid, walletId, admin }) => ({
        email,
        password,
        uid,
        walletId,
        admin,
      })),
      firestore: { host: cloud.runtime.firestoreHost, projectId: config.project, databaseId: config.databaseId },
    };
  }

  /** In a fixed order, whichever was ready first. */
  #services(): readonly DeployedService[] {
    return [...this.#running().cloud.runtime.services.list()].sort((a, b) => a.name.localeCompare(b.name));
  }

  #write(): void {
    const stack = this.#stackFile();
    const text = JSON.stringify(stack);
    if (text === this.#written) return;
    this.#written = text;
    writeStack(stack);
  }

  #auth(): AuthAddress {
    const { cloud, config } = this.#running();
    return { emulatorHost: cloud.runtime.authHost, apiKey: API_KEY, projectId: config.project };
  }

  #settings(): StackConfig {
    if (!this.#config) throw new Error('the stack has no settings yet');
    return this.#config;
  }

  #running(): { config: StackConfig; cli: PulumiCli; cloud: LocalCloud } {
    if (!this.#cli || !this.#cloud) throw new Error('the stack has not been started');
    return { config: this.#settings(), cli: this.#cli, cloud: this.#cloud };
  }
}

/** Reads each, so that a missing one is said before anything starts. */
function requireTools(): UpTools {
  const { node, java, firestoreEmulatorJar, authEmulator, pulumi } = foundTools();
  return { node, java, firestoreEmulatorJar, authEmulator, pulumi };
}
