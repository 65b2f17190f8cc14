// The memory store, bare and behind `faulty()` in fair weather, is a LedgerStore like any other.
import { describeLedgerStore } from '../conformance.ts';
import { fairWeather, faulty } from './faulty.ts';
import { MemoryStore } from './memory.ts';

describeLedgerStore('MemoryStore', () => {
  const store = new MemoryStore();
  return { store, add: async (wallet) => store.add(wallet) };
});

describeLedgerStore('faulty(MemoryStore) in fair weather', () => {
  const memory = new MemoryStore();
  return { store: faulty(memory, fairWeather), add: async (wallet) => memory.add(wallet) };
});
