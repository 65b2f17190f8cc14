// The audit on Google's emulator: wallets written by the engine, then corrupted behind its back. Each corruption is found
// and named; whatever is sound, however busy, gives no finding.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createWallet,
  entryHash,
  jcs,
  keyId,
  parseEntry,
  type Entry,
  type EntryBody,
  type Json,
} from '@reelbanana/ledger';
import { createEngine } from '../engine/engine.ts';
import { mapEntryToDocument, mapDocumentToEntry, mapWalletToDocument } from '../firestore/documents.ts';
import { entriesOf, refsOf, userRef, walletRef } from '../firestore/paths.ts';
import { openFirestore } from '../open.ts';
import { commitOf, deduct, grant, refund, reserve, settle } from '../testing/commands.ts';
import { freshDatabase } from '../testing/emulator.ts';
import { Load } from '../testing/load.ts';
import { seededRandom } from '../testing/virtual-time.ts';
import { checkpointSigner, keyRing, type CheckpointSigner } from './checkpoint.ts';
import { checkpointName, folderCheckpoints } from './checkpoints.ts';
import { auditLimits, runAudit, type AuditOptions } from './run.ts';
import { AuditReports } from './reports.ts';
import { AuditSource } from './source.ts';
import { privateKey } from './testing/keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'audit-'));
const signer = checkpointSigner(privateKey());
const closes: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  await Promise.all(closes.map((close) => close()));
  rmSync(folder, { recursive: true });
});

/** A database with an engine at work, and its audits. */
function house() {
  const { db, ...name } = freshDatabase();
  const ledger = openFirestore(name);
  const engine = createEngine({ store: ledger.store, now: Date.now, random: Math.random });
  closes.push(async () => {
    await engine.drain();
    await Promise.all([ledger.close(), db.terminate()]);
  });
  const checkpoints = folderCheckpoints(mkdtempSync(join(folder, 'checkpoints-')));
  const reports = new AuditReports(db);
  const env = `${name.projectId}/${name.databaseId}`;
  const options: AuditOptions = {
    source: new AuditSource(db),
    env,
    checkpoints,
    keys: keyRing([signer.publicKey]),
    signer,
    now: Date.now,
    save: (report) => reports.save(report),
  };
  const audit = (more: Partial<AuditOptions> = {}) => runAudit({ ...options, ...more });
  /** What the audit says of this wallet, in its own words. */
  const findingsOf = async (walletId: string, more: Partial<AuditOptions> = {}) =>
    (await audit(more)).findings.filter((finding) => finding.walletId === walletId);
  /** A wallet with six entries, signed. */
  const wallet = async (uid: string): Promise<string> => {
    const { walletId } = await ledger.users.ensure({ uid, now: Date.now() });
    await engine.execute(walletId, grant('g', 100));
    await engine.execute(walletId, deduct('d1', 5));
    await engine.execute(walletId, reserve('r', 10));
    await engine.execute(walletId, settle('s', keyId(walletId, 'reserve', 'r'), 4));
    for (const key of ['d2', 'd3']) await engine.execute(walletId, deduct(key, 7));
    return walletId;
  };
  const at = async (walletId: string, seq: number): Promise<Entry> => {
    const { docs } = await entriesOf(db, walletId).get();
    const doc = docs.find((one) => one.get('seq') === seq)!;
    return mapDocumentToEntry(doc.id, doc.data());
  };
  const put = (walletId: string, entry: Entry) => entriesOf(db, walletId).doc(entry.id).set(mapEntryToDocument(entry));
  const remove = (walletId: string, { id }: Entry) => entriesOf(db, walletId).doc(id).delete();
  return { db, ledger, engine, checkpoints, reports, env, options, audit, findingsOf, wallet, at, put, remove };
}
type House = ReturnType<typeof house>;

/** The entry with another body; its hash recomputed, or left as it was. */
function edited(entry: Entry, change: (body: EntryBody) => EntryBody, rehash: boolean): Entry {
  const body = jcs(change(parseEntry(entry)) as unknown as Json);
  return { ...entry, body, ...(rehash ? { hash: entryHash(entry.prevHash, body) } : {}) };
}
const cheaper = (body: EntryBody): EntryBody => ({ ...body, credits: 1 });

/** The chain that the wallet would have with other commands: sound in itself. */
function history(h: House, walletId: string, uid: string, amounts: readonly number[]) {
  const empty = createWallet({ walletId, env: h.env, owner: { kind: 'user', id: uid }, readers: [uid] });
  const commands = [grant('g', 100), ...amounts.map((credits, index) => deduct(`other${index}`, credits))];
  return commitOf(empty, '', commands, Date.now());
}

async function replaceHistory(h: House, walletId: string, { wallet, entries }: ReturnType<typeof history>) {
  await h.db.recursiveDelete(entriesOf(h.db, walletId));
  for (const entry of entries) await h.put(walletId, entry);
  await walletRef(h.db, walletId).set(mapWalletToDocument(wallet));
}

describe('an audit finds and names', () => {
  let h: House;
  beforeAll(() => {
    h = house();
  });

  it('an entry that was deleted', async () => {
    const walletId = await h.wallet('deleted');
    await h.remove(walletId, await h.at(walletId, 3));
    expect(await h.findingsOf(walletId)).toEqual(
      expect.arrayContaining([
        { walletId, invariant: 'chain', detail: 'prevHash is broken', seq: 3 },
        { walletId, invariant: 'sequence', detail: 'seq 4 stands at place 3', seq: 3 },
      ]),
    );
  });

  it('an amount that was changed', async () => {
    const walletId = await h.wallet('changed');
    await h.put(walletId, edited(await h.at(walletId, 2), cheaper, false));
    expect(await h.findingsOf(walletId)).toEqual(
      expect.arrayContaining([
        { walletId, invariant: 'chain', detail: 'hash is not that of the stored bytes', seq: 2 },
        expect.objectContaining({ walletId, invariant: 'amount', seq: 2 }),
      ]),
    );
  });

  it('an amount that was changed with its hash recomputed', async () => {
    const walletId = await h.wallet('rehashed');
    await h.put(walletId, edited(await h.at(walletId, 2), cheaper, true));
    expect(await h.findingsOf(walletId)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ walletId, invariant: 'amount', seq: 2 }),
        { walletId, invariant: 'chain', detail: 'prevHash is broken', seq: 3 },
      ]),
    );
  });

  it('an entry that was inserted', async () => {
    const walletId = await h.wallet('inserted');
    const copy = await h.at(walletId, 5);
    await h.put(walletId, { ...copy, id: 'f'.repeat(32) });
    const findings = await h.findingsOf(walletId);
    expect(findings).toContainEqual({ walletId, invariant: 'sequence', detail: 'seq 5 stands at place 6', seq: 6 });
    expect(findings).toContainEqual({ walletId, invariant: 'chain', detail: 'prevHash is broken', seq: 6 });
  });

  it.each<[string, Partial<Entry>, number | undefined]>([
    ['behind the head', { seq: 7 }, 7],
    ['with a seq that is no number', { seq: 'seven' as unknown as number }, undefined],
  ])('an entry that was inserted %s', async (name, change, seq) => {
    const walletId = await h.wallet(`stray ${name}`);
    await h.put(walletId, { ...(await h.at(walletId, 6)), id: 'e'.repeat(32), ...change });
    const detail = `entry ${'e'.repeat(32)} stands behind the wallet's head, seq 6`;
    expect(await h.findingsOf(walletId)).toEqual([
      { walletId, invariant: 'stray', detail, ...(seq === undefined ? {} : { seq }) },
    ]);
  });

  it('an entry that hides in another shard of the index', async () => {
    const walletId = await h.wallet('hidden');
    await h.put(walletId, { ...(await h.at(walletId, 4)), seqShard: 9 });
    expect(await h.findingsOf(walletId)).toEqual([
      { walletId, invariant: 'form', detail: 'seqShard is wrong', seq: 4 },
    ]);
  });

  it('a tail that was cut off with the wallet edited to match', async () => {
    const walletId = await h.wallet('cut');
    const before = (await walletRef(h.db, walletId).get()).data()!;
    for (const key of ['late1', 'late2']) await h.engine.execute(walletId, deduct(key, 3));
    expect(await h.findingsOf(walletId)).toEqual([]); // and signs seq 8
    for (const seq of [7, 8]) await h.remove(walletId, await h.at(walletId, seq));
    await walletRef(h.db, walletId).set(before);
    const detail = /^the wallet ends at seq 6, but seq 8 was signed on \S+: entries were cut off$/;
    expect(await h.findingsOf(walletId)).toEqual([
      { walletId, invariant: 'checkpoint', detail: expect.stringMatching(detail), seq: 8 },
    ]);
    // By itself what is left is sound: without checkpoints nobody would know.
    expect(await h.findingsOf(walletId, { checkpoints: folderCheckpoints(join(folder, 'none')) })).toEqual([]);
  });

  it('a history that was rewritten whole, sound in itself', async () => {
    const walletId = await h.wallet('rewritten');
    expect(await h.findingsOf(walletId)).toEqual([]);
    await replaceHistory(h, walletId, history(h, walletId, 'rewritten', [1, 1, 1, 1, 1, 1]));
    const detail = /^seq 6 was signed on \S+ with hash [0-9a-f]{64}, now it is [0-9a-f]{64}: history was rewritten$/;
    expect(await h.findingsOf(walletId)).toEqual([
      { walletId, invariant: 'checkpoint', detail: expect.stringMatching(detail), seq: 6 },
    ]);
  });

  it('a chain that was transplanted from another wallet', async () => {
    const [poor, rich] = [await h.wallet('poor'), await h.wallet('rich')];
    await h.engine.execute(rich, grant('more', 1_000));
    const { docs } = await entriesOf(h.db, rich).get();
    const wallet = (await walletRef(h.db, rich).get()).data()!;
    await replaceHistory(h, poor, history(h, poor, 'poor', []));
    await h.db.recursiveDelete(entriesOf(h.db, poor));
    for (const doc of docs) await entriesOf(h.db, poor).doc(doc.id).set(doc.data());
    await walletRef(h.db, poor).set({ ...wallet, walletId: poor, readers: ['poor'] });
    const ofAnother = { walletId: poor, invariant: 'identity', detail: `walletId ${rich} is not the wallet's`, seq: 1 };
    const noGenesis = { walletId: poor, invariant: 'chain', detail: 'does not follow the genesis', seq: 1 };
    expect(await h.findingsOf(poor)).toEqual(expect.arrayContaining([ofAnother, noGenesis]));
    // With the whole document, its id inside too, the chain is sound; its place is not.
    await walletRef(h.db, poor).set(wallet);
    expect((await h.findingsOf(poor))[0]).toEqual({
      walletId: poor,
      invariant: 'identity',
      detail: `the document holds wallet ${rich}`,
    });
    expect(await h.findingsOf(rich)).toEqual([]);
  });

  it('a wallet of another environment', async () => {
    const walletId = await h.wallet('foreign');
    const findings = await h.findingsOf(walletId, { env: 'p/restored', formerEnvs: [] });
    expect(findings).toContainEqual({
      walletId,
      invariant: 'identity',
      detail: `env ${h.env} is not one of p/restored`,
    });
    expect(await h.findingsOf(walletId, { env: 'p/restored', formerEnvs: [h.env] })).toEqual([]);
  });

  it('a wallet that was edited alone', async () => {
    const walletId = await h.wallet('edited');
    await walletRef(h.db, walletId).update({ 'totals.available': 1_000, unmetered: true });
    const findings = await h.findingsOf(walletId);
    expect(findings).toContainEqual({
      walletId,
      invariant: 'wallet',
      detail: 'unmetered is true, the entries say false',
    });
    expect(findings.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(/^totals is .*"available":1000/));
  });

  it('a wallet that was deleted, with its entries, user and checkpoint still there', async () => {
    const walletId = await h.wallet('orphan');
    expect(await h.findingsOf(walletId)).toEqual([]);
    await walletRef(h.db, walletId).delete();
    const byUser = 'user orphan is linked to it, and it is not there';
    const bySignature = { walletId, invariant: 'missing', detail: 'it was signed, and it is not there', seq: 6 };
    expect(await h.findingsOf(walletId)).toEqual([{ walletId, invariant: 'missing', detail: byUser }, bySignature]);
    await userRef(h.db, 'orphan').delete();
    expect(await h.findingsOf(walletId)).toEqual([bySignature]);
  });

  it('a fact that was changed, so that a charge could be refunded twice', async () => {
    const walletId = await h.wallet('refunded');
    await h.engine.execute(walletId, refund('back', (await h.at(walletId, 2)).id));
    expect(await h.findingsOf(walletId)).toEqual([]);
    const [fact, ...others] = (await refsOf(h.db, walletId).get()).docs;
    expect(others).toEqual([]);
    await fact!.ref.update({ refunded: 0 });
    const changed = new RegExp(`^${fact!.id} is .*"refunded":0.*, the entries say .*"refunded":5`);
    expect(await h.findingsOf(walletId)).toEqual([
      { walletId, invariant: 'fact', detail: expect.stringMatching(changed) },
    ]);
    await fact!.ref.delete();
    expect(await h.findingsOf(walletId)).toEqual([
      { walletId, invariant: 'fact', detail: expect.stringContaining('is undefined, the entries say') },
    ]);
  });

  it("a user who was linked to another user's wallet", async () => {
    const [walletId] = [await h.wallet('victim'), await h.wallet('thief')];
    await userRef(h.db, 'thief').update({ walletId });
    const detail = "user thief is linked to it, and it is another user's";
    expect(await h.findingsOf(walletId)).toEqual([{ walletId, invariant: 'identity', detail }]);
  });

  it.each<[string, (forger: CheckpointSigner) => string, string]>([
    ['by another key', ({ keyId: id }) => id, 'the checkpoint is signed with the unknown key'],
    ['by another key under the name of ours', () => signer.keyId, `the checkpoint is not what ${signer.keyId} signed`],
  ])('a checkpoint that was forged %s', async (name, named, words) => {
    const walletId = await h.wallet(`forged ${name}`);
    const forger = checkpointSigner(privateKey());
    const { hash: headHash } = await h.at(walletId, 6);
    const forged = forger.sign({ env: h.env, walletId, seq: 6, headHash, at: 1 });
    await h.checkpoints.put({ ...forged, keyId: named(forger) });
    const [finding, ...others] = await h.findingsOf(walletId);
    expect(finding).toMatchObject({
      walletId,
      invariant: 'checkpoint',
      detail: expect.stringContaining(words),
      seq: 6,
    });
    expect(others).toEqual([]);
  });

  it('what cannot be read: a wallet of another version, a chain above the bound, a checkpoint that is none', async () => {
    const walletId = await h.wallet('unreadable');
    const above = await h.findingsOf(walletId, { limits: { chainEntriesMax: 5 } });
    expect(above).toEqual([
      { walletId, invariant: 'unread', detail: 'has more than the 5 entries that are checked at once' },
    ]);
    await walletRef(h.db, walletId).update({ v: 2 });
    expect(await h.findingsOf(walletId)).toEqual([
      { walletId, invariant: 'unread', detail: `wallet ${walletId} has version 2, this release reads 1` },
    ]);
    await walletRef(h.db, walletId).update({ v: 1 });
    const broken = mkdtempSync(join(folder, 'broken-'));
    const checkpoints = folderCheckpoints(broken);
    await checkpoints.put(signer.sign({ env: h.env, walletId, seq: 1, headHash: 'a', at: 1 }));
    writeFileSync(join(broken, checkpointName({ walletId, seq: 1 })), '{}');
    expect(await h.findingsOf(walletId, { checkpoints })).toEqual([
      { walletId, invariant: 'checkpoint', detail: 'not a checkpoint of version 1' },
    ]);
  });
});

describe('an audit', () => {
  it('finds nothing in a busy wallet, run after run, two at once, while two engines write it', async () => {
    const h = house();
    const walletId = await h.wallet('busy');
    const second = openFirestore({ projectId: h.env.split('/')[0]!, databaseId: '(default)' });
    closes.push(() => second.close());
    const other = createEngine({ store: second.store, now: Date.now, random: Math.random });
    const engines = [h.engine, other];
    const load = new Load({
      engines,
      walletId,
      callers: 8,
      random: seededRandom(1),
      deadlineMs: 10_000,
      restMsMax: 20,
    });
    const seen: number[] = [];
    for (let round = 0; round < 3; round++) {
      await load.accepts(15);
      const reports = await Promise.all([h.audit(), h.audit()]);
      expect(reports.map(({ findings }) => findings)).toEqual([[], []]);
      seen.push((await h.checkpoints.latest(walletId))!.seq);
    }
    await load.finish();
    await other.drain();
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(1);
    const last = await h.audit();
    expect(last).toMatchObject({ wallets: 1, findings: [], checkpointsWritten: 1 });
    const head = (await walletRef(h.db, walletId).get()).get('seq') as number;
    expect(last.entries).toBe(head);
    expect(await h.checkpoints.latest(walletId)).toMatchObject({ walletId, seq: head, keyId: signer.keyId });
  });

  it('signs a head once, a new head anew, and never a wallet that is broken', async () => {
    const h = house();
    const [sound, broken] = [await h.wallet('sound'), await h.wallet('broken')];
    await h.remove(broken, await h.at(broken, 2));
    expect((await h.audit()).checkpointsWritten).toBe(1);
    expect((await h.audit()).checkpointsWritten).toBe(0);
    await h.engine.execute(sound, deduct('more', 1));
    expect((await h.audit()).checkpointsWritten).toBe(1);
    expect([await h.checkpoints.latest(sound), await h.checkpoints.latest(broken)]).toMatchObject([
      { seq: 7 },
      null,
    ] as never);
  });

  it('still trusts what a key signed that was rotated out since', async () => {
    const h = house();
    const walletId = await h.wallet('rotated');
    await h.audit();
    const next = checkpointSigner(privateKey());
    const rotated = { signer: next, keys: keyRing([signer.publicKey, next.publicKey]) };
    await h.engine.execute(walletId, deduct('more', 1));
    expect(await h.audit(rotated)).toMatchObject({ findings: [], checkpointsWritten: 1 });
    expect(await h.checkpoints.latest(walletId)).toMatchObject({ seq: 7, keyId: next.keyId });
  });

  it('goes on where a run ended, and then has seen everything once', async () => {
    const h = house();
    const ids = [];
    for (const uid of ['u1', 'u2', 'u3', 'u4', 'u5']) ids.push(await h.wallet(uid));
    const broken = ids.sort()[3]!;
    await h.remove(broken, await h.at(broken, 6));
    const limits = { ...auditLimits, page: 2, idsMax: 3 };
    let report = await h.audit({ limits });
    expect(report).toMatchObject({ wallets: 3, cursor: `wallets:${ids[2]}`, findingsTotal: 0 });
    expect(report).not.toHaveProperty('finishedAt');
    expect(await h.reports.latest()).toEqual(report);
    for (let runs = 1; report.finishedAt === undefined; runs++) {
      expect(runs).toBeLessThan(10);
      report = await h.audit({ limits, resume: (await h.reports.latest())! });
    }
    expect(report).toMatchObject({ wallets: 5, entries: 29, checkpointsWritten: 4 });
    expect(new Set(report.findings.map(({ walletId }) => walletId))).toEqual(new Set([broken]));
    expect(report).not.toHaveProperty('cursor');
    expect(await h.reports.latest()).toEqual(report);
    expect((await h.db.collection('audits').get()).docs.map(({ id }) => id).sort()).toEqual([report.runId, 'latest']);
    expect(await h.audit({ resume: report })).toEqual(report);
  });

  it('ends after its page when it is told to, and can go on', async () => {
    const h = house();
    await h.wallet('stopped');
    const stopped = await h.audit({ signal: AbortSignal.abort() });
    expect(stopped).toMatchObject({ wallets: 0, cursor: 'wallets:' });
    expect(await h.audit({ resume: stopped })).toMatchObject({ runId: stopped.runId, wallets: 1 });
  });

  it('bounds what it reports of one wallet and in all, and counts the rest', async () => {
    const h = house();
    const { walletId } = await h.ledger.users.ensure({ uid: 'long', now: 1 });
    await h.engine.execute(walletId, grant('g', 100));
    await Promise.all(Array.from({ length: 40 }, (_, i) => h.engine.execute(walletId, deduct(`d${i}`, 1))));
    await h.remove(walletId, await h.at(walletId, 1));
    const report = await h.audit();
    expect(report.findings).toHaveLength(10);
    expect(report.findingsTotal).toBeGreaterThan(40);
    expect(Math.max(...report.findings.map(({ detail }) => detail.length))).toBeLessThanOrEqual(500);
  });

  it('shows a report that nobody has written as none', async () => {
    expect(await house().reports.latest()).toBeNull();
  });
});
