// What exists in the local cloud, as the program declared it: the record behind Read, and where handlers find each other.
import type { Properties } from '../provider/property-values.ts';

export interface ResourceRecord {
  readonly token: string;
  readonly id: string;
  /** With secrets wrapped, as the engine sent them. */
  readonly inputs: Properties;
  readonly outputs: Properties;
}

export class World {
  readonly #records = new Map<string, ResourceRecord>();
  /** Resources that their program abandoned: they exist still, and their names are taken. */
  readonly #abandoned = new Set<string>();

  put(record: ResourceRecord): void {
    this.#records.set(key(record.token, record.id), record);
  }

  get(token: string, id: string): ResourceRecord | undefined {
    return this.#records.get(key(token, id));
  }

  remove(token: string, id: string): void {
    this.#records.delete(key(token, id));
  }

  /** Removes the record but keeps the name taken. */
  abandon(token: string, id: string): void {
    this.remove(token, id);
    this.#abandoned.add(key(token, id));
  }

  isAbandoned(token: string, id: string): boolean {
    return this.#abandoned.has(key(token, id));
  }

  ofType(token: string): readonly ResourceRecord[] {
    return [...this.#records.values()].filter((record) => record.token === token);
  }
}

function key(token: string, id: string): string {
  return `${token} ${id}`;
}
