/**
 * The main job, on the running stack, through the front doors only: a user signs in, an administrator grants credits, the
 * user has a paragraph narrated, and balance, history and hash chain show exactly that. Every step is checked.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { EntryView, WalletView } from '@reelbanana/metering/contract';
import { entryHash, genesis, jcs, type Json } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { callBytes, callJson, type Call } from './api.ts';
import type { StackFile } from './stack-file.ts';
import { readStored } from './stored.ts';
import { userToken } from './tokens.ts';
import { readWav } from './wav.ts';

const GRANTED = 100;
const PARAGRAPH =
  'Once upon a time a banana wanted to be in pictures. It wrote a story, drew every frame, and hummed a little tune. ' +
  'All that was missing was a voice. So it spent a few credits, and the voice you hear is what it got for them.';
/** A whisper of a synthesiser; silence is 0. */
const PEAK_MIN = 0.05;
const SECONDS_MIN = 5;

interface Narration {
  readonly id: string;
  readonly characters: number;
  readonly credits: number;
  readonly seconds: number;
  readonly url: string;
}

export interface MainJobOptions {
  readonly stack: StackFile;
  /** Where the narration is kept. */
  readonly audioFile: string;
  readonly signal: AbortSignal;
  /** Called for every step that holds. */
  readonly done: (step: string) => void;
}

/** Runs it. Throws with the first thing that is not as it must be. */
export async function runMainJob({ stack, audioFile, signal, done }: MainJobOptions): Promise<void> {
  const admin = stack.accounts.find((account) => account.admin);
  const [user, other] = stack.accounts.filter((account) => !account.admin);
  if (!admin || !user || !other) throw new Error('the stack needs an administrator and two users');
  const { credits, narrate } = stack.services;

  const token = await userToken(stack, user);
  const asUser: Call = { token, signal };
  const before = await callJson<WalletView>(`${credits.url}/v1/wallets/me`, asUser);
  expectEqual('credits before the grant', before.available, 0);
  done(`${user.email} signed in with Firebase Auth: wallet ${before.walletId}, ${before.available} credits`);

  const grant = { kind: 'bonus', credits: GRANTED, source: 'main-job', reasonCode: 'welcome' };
  const asAdmin: Call = { method: 'POST', token: await userToken(stack, admin), signal };
  await callJson(`${credits.url}/v1/wallets/${before.walletId}/grants`, { ...asAdmin, key: randomUUID(), body: grant });
  done(`${admin.email} granted ${GRANTED} credits`);

  const order: Call = { ...asUser, method: 'POST', key: randomUUID(), body: { text: PARAGRAPH } };
  const narration = await callJson<Narration>(`${narrate.url}/v1/narrations`, order);
  const characters = [...PARAGRAPH].length;
  expectEqual('characters', narration.characters, characters);
  expectEqual('price', narration.credits, Math.ceil(characters / 100));
  done(`narrated ${characters} characters for ${narration.credits} credits`);

  const audioUrl = new URL(narration.url, narrate.url).href;
  const { bytes, contentType } = await callBytes(audioUrl, asUser);
  const audio = readWav(bytes);
  expectEqual('content type', contentType, 'audio/wav');
  if (audio.peak < PEAK_MIN || audio.seconds < SECONDS_MIN) throw new Error(`no speech: ${JSON.stringify(audio)}`);
  writeFileSync(audioFile, bytes);
  done(`a WAV with ${audio.seconds.toFixed(1)} s of sound, peak ${Math.round(audio.peak * 100)} %`);

  const again = await callJson<Narration>(`${narrate.url}/v1/narrations`, order);
  expectEqual('id of the repeated order', again.id, narration.id);
  const status = await statusOf(audioUrl, { token: await userToken(stack, other), signal });
  expectEqual("another user's view of the result", status, 404);
  done('a repeat of the order is answered from the store, and nobody else gets the result');

  const after = await callJson<WalletView>(`${credits.url}/v1/wallets/me`, asUser);
  expectEqual('available', after.available, GRANTED - narration.credits);
  expectEqual('held', after.held, 0);
  done(`balance: ${GRANTED} - ${narration.credits} = ${after.available} credits, none held`);

  const history = await readHistory(`${credits.url}/v1/wallets/me/entries`, asUser);
  expectEqual('history', history.map(({ type }) => type).join(' '), 'grant reserve settle');
  checkChain(history, stack, after.walletId);
  await checkStored(history, stack, after.walletId);
  done(`history: ${history.length} entries; every hash recomputed, every invariant of the wallet holds`);
}

function expectEqual<Value>(what: string, actual: Value, wanted: Value): void {
  if (actual !== wanted) throw new Error(`${what}: expected ${String(wanted)}, got ${String(actual)}`);
}

async function statusOf(url: string, { token, signal }: Call): Promise<number> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal });
  await response.arrayBuffer();
  return response.status;
}

/** All pages, oldest first; small pages, so that the cursor is used. */
async function readHistory(url: string, call: Call): Promise<readonly EntryView[]> {
  const entries: EntryView[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const query: string = `limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const page: { entries: EntryView[]; cursor?: string } = await callJson(`${url}?${query}`, call);
    entries.push(...page.entries);
    cursor = page.cursor;
  }
  return entries.reverse();
}

/** Recomputes the chain from what the API answers: this is what any owner of a wallet can do. */
function checkChain(history: readonly EntryView[], { firestore }: StackFile, walletId: string): void {
  let head = genesis(`${firestore.projectId}/${firestore.databaseId}`, walletId);
  for (const { prevHash, hash, ...body } of history) {
    expectEqual(`prevHash of entry ${body.seq}`, prevHash, head);
    expectEqual(`hash of entry ${body.seq}`, hash, entryHash(prevHash, jcs(body as Json)));
    head = hash;
  }
}

/** Folds the stored entries and compares with the stored wallet: what the audit does. */
async function checkStored(history: readonly EntryView[], stack: StackFile, walletId: string): Promise<void> {
  for (const { wallet, entries } of await readStored(stack, [walletId])) {
    expectEqual('stored chain', entries.map(({ hash }) => hash).join(), history.map(({ hash }) => hash).join());
    const violations = invariants(wallet, entries);
    if (violations.length > 0)
      throw new Error(violations.map(({ invariant, detail }) => `${invariant}: ${detail}`).join('\n'));
  }
}
