/** A bounded memory of facts that never change (a wallet's owner). The least recently used goes first. */
export interface Recent<V> {
  /** The remembered value, or what `find` finds; what is undefined or thrown is not remembered. */
  get(key: string, find: () => Promise<V | undefined>): Promise<V | undefined>;
}

export function createRecent<V>(entriesMax: number): Recent<V> {
  const values = new Map<string, V>();
  return {
    async get(key, find) {
      const known = values.get(key);
      const value = known ?? (await find());
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      const oldest = values.keys().next();
      if (values.size > entriesMax && oldest.done === false) values.delete(oldest.value);
      return value;
    },
  };
}
