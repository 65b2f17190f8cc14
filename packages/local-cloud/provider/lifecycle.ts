// Create, update, delete and read of any resource: the handler acts, the world remembers.
import type { Contract, ResourceContract } from '../contract/contract.ts';
import { findResourceType } from '../resources/index.ts';
import type { Cloud, Operation, ResourceType } from '../resources/resource.ts';
import type { ResourceRecord } from '../resources/world.ts';
import { InitFailed } from './errors.ts';
import { outputsAfter, outputsForeseen } from './outputs.ts';
import { reveal } from './property-values.ts';
import type { Properties } from './property-values.ts';

/** How an operation speaks to the person who waits for it. */
export interface Voice {
  readonly progress: (line: string) => void;
  readonly warn: (line: string) => void;
}

export interface Target {
  readonly token: string;
  /** The resource's name in the program. */
  readonly name: string;
  readonly voice: Voice;
  /** Aborted when the person cancels. */
  readonly signal: AbortSignal;
}

export class Lifecycle {
  readonly #cloud: Cloud;
  readonly #contract: Contract;

  constructor(cloud: Cloud, contract: Contract) {
    this.#cloud = cloud;
    this.#contract = contract;
  }

  previewCreate(token: string, inputs: Properties): Properties {
    const type = findResourceType(token);
    return outputsForeseen({ contract: this.#contractOf(token), type, cloud: this.#cloud, inputs });
  }

  previewUpdate(token: string, inputs: Properties, olds: Properties): Properties {
    const type = findResourceType(token);
    return outputsForeseen({ contract: this.#contractOf(token), type, cloud: this.#cloud, inputs, olds });
  }

  /** Throws when it cannot be made; then nothing of it exists. */
  async create(target: Target, inputs: Properties): Promise<ResourceRecord> {
    const { token, voice } = target;
    const type = findResourceType(token);
    const contract = this.#contractOf(token);
    const knownId = type?.id?.(reveal(inputs), this.#cloud);
    if (knownId !== undefined && this.#cloud.world.isAbandoned(token, knownId)) throw new Error(stillThere(knownId));
    if (!type) voice.progress('recorded only: the local cloud checks this type and does not act it out');
    const operation = this.#operation(target, knownId ?? '', inputs);
    const made = await this.#unlessCancelled(
      target,
      type,
      operation,
      async () => (await type?.create?.(operation)) ?? {},
    );
    const { id: givenId, ...outputs } = made;
    const id = typeof givenId === 'string' ? givenId : (knownId ?? this.#recordId(target));
    const request = { contract, type, cloud: this.#cloud, inputs };
    const record = { token, id, inputs, outputs: outputsAfter(request, outputs) };
    this.#cloud.world.put(record);
    return record;
  }

  /** Throws InitFailed when the resource still stands, but not as the new inputs ask. */
  async update(target: Target, id: string, inputs: Properties, olds: Properties): Promise<ResourceRecord> {
    const { token } = target;
    const type = findResourceType(token);
    const old = this.#cloud.world.get(token, id);
    if (!old) throw new Error(`${id} is not in the local cloud (any more): run refresh, then up`);
    const operation = this.#operation(target, id, inputs);
    const update = type?.update?.bind(type);
    const request = { contract: this.#contractOf(token), type, cloud: this.#cloud, inputs, olds };
    let made: Properties = {};
    try {
      if (update) {
        const plainOlds = reveal(old.inputs);
        made = await rejectOnAbort(target.signal, async () => update({ ...operation, olds: plainOlds }));
      }
    } catch (error) {
      throw new InitFailed(id, old.outputs, inputs, [
        `${messageOf(error)}\nWhat was there before this update still stands.`,
      ]);
    }
    const record = { token, id, inputs, outputs: outputsAfter(request, made) };
    this.#cloud.world.put(record);
    return record;
  }

  /** Removes what the record says; a resource that is gone already is no error. */
  async remove(target: Target, id: string, oldInputs: Properties): Promise<void> {
    const { token, voice } = target;
    const type = findResourceType(token);
    const inputs = this.#cloud.world.get(token, id)?.inputs ?? oldInputs;
    const policy = reveal(inputs['deletionPolicy']) ?? type?.defaultDeletionPolicy ?? 'DELETE';
    if (policy === 'PREVENT') throw new Error(`deletionPolicy is PREVENT: change it, run up, then delete ${id}`);
    if (policy === 'ABANDON') {
      voice.warn(`left behind: deletionPolicy is ABANDON${inputs['deletionPolicy'] == null ? ' unless set' : ''}`);
      this.#cloud.world.abandon(token, id);
      return;
    }
    await type?.remove?.(this.#operation(target, id, inputs));
    this.#cloud.world.remove(token, id);
  }

  /** What is there, or undefined when it is gone. */
  read(target: Target, id: string): ResourceRecord | undefined {
    const record = this.#cloud.world.get(target.token, id);
    if (!record) return undefined;
    const type = findResourceType(target.token);
    if (type?.exists?.(this.#operation(target, id, record.inputs)) === false) {
      this.#cloud.world.remove(target.token, id);
      return undefined;
    }
    return record;
  }

  #contractOf(token: string): ResourceContract {
    const contract = this.#contract.resource(token);
    if (!contract) throw new Error(`@pulumi/gcp ${this.#contract.version} has no resource type ${token}`);
    return contract;
  }

  #operation(target: Target, id: string, inputs: Properties): Operation<unknown> {
    const { progress, warn } = target.voice;
    return { inputs: reveal(inputs), cloud: this.#cloud, id, progress, warn, signal: target.signal };
  }

  /** A cancelled creation leaves nothing behind, however far it had come. */
  async #unlessCancelled(
    target: Target,
    type: ResourceType | undefined,
    operation: Operation<unknown>,
    create: () => Promise<Properties>,
  ): Promise<Properties> {
    let running: Promise<Properties> | undefined;
    try {
      return await rejectOnAbort(target.signal, () => (running = create()));
    } catch (error) {
      // The person waits no longer; what is still being made goes as soon as it can.
      if (target.signal.aborted && running) {
        const undo = async (): Promise<void> => type?.undo?.(operation);
        void running
          .catch(() => undefined)
          .then(undo)
          .catch((problem: unknown) => {
            target.voice.warn(`could not clear away: ${messageOf(problem)}`);
          });
      }
      throw error;
    }
  }

  /** Recorded-only types have no id of Google's: the program's name for them, numbered when it is taken. */
  #recordId({ token, name }: Target): string {
    const stem = `projects/${this.#cloud.projectId}/${token.split(':')[1] ?? token}/${name}`;
    let id = stem;
    for (let number = 2; this.#cloud.world.get(token, id); number++) id = `${stem}-${String(number)}`;
    return id;
  }
}

function rejectOnAbort<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  const cancelled = new Error('cancelled');
  if (signal.aborted) return Promise.reject(cancelled);
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => {
      reject(cancelled);
    };
    signal.addEventListener('abort', abort, { once: true });
    run()
      .then(resolve, reject)
      .finally(() => {
        signal.removeEventListener('abort', abort);
      });
  });
}

function stillThere(id: string): string {
  return `${id} already exists: an earlier destroy left it behind (deletionPolicy ABANDON). Set deletionPolicy: 'DELETE', or import it`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
