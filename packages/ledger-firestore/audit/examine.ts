// One wallet read and judged, and signed when it is sound.
import type { Entry, Fact, Wallet } from '@reelbanana/ledger';
import type { Checkpoint, CheckpointSigner, KeyRing } from './checkpoint.ts';
import { CheckpointConflict, type CheckpointStore } from './checkpoints.ts';
import { judge } from './judge.ts';
import { finding, type Finding } from './report.ts';
import { UnreadableWallet, type AuditSource } from './source.ts';

export interface Examination {
  readonly source: Pick<AuditSource, 'wallet' | 'snapshot' | 'entries'>;
  readonly envs: readonly string[];
  /** Absent: chains are judged by themselves alone. */
  readonly checkpoints?: CheckpointStore;
  readonly keys: KeyRing;
  /** Absent: none are written. */
  readonly signer?: CheckpointSigner;
  readonly now: () => number;
  /** Entries of one wallet that are held in memory, about 1.5 KB each. */
  readonly chainEntriesMax: number;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly entries: number;
  readonly signed: boolean;
}

/** A wallet whose chain has not been read yet. */
export interface Opened {
  readonly walletId: string;
  readonly wallet: Wallet | null;
  readonly facts: ReadonlyMap<string, Fact>;
  readonly checkpoint: Checkpoint | null;
  readonly findings: readonly Finding[];
}

/**
 * Reads the last checkpoint and THEN the wallet: another run may sign a later one at any moment, and a wallet that was read
 * before it would seem to have lost its tail.
 */
export async function open({ source, checkpoints }: Examination, walletId: string): Promise<Opened> {
  const findings: Finding[] = [];
  const unreadable = (invariant: 'checkpoint' | 'unread', error: unknown): null => {
    if (!(error instanceof SyntaxError || error instanceof UnreadableWallet)) throw error;
    findings.push(finding(walletId, invariant, error.message));
    return null;
  };
  const checkpoint = (await checkpoints?.latest(walletId).catch((e: unknown) => unreadable('checkpoint', e))) ?? null;
  const snapshot = await source.snapshot(walletId).catch((error: unknown) => unreadable('unread', error));
  const { wallet, facts } = snapshot ?? { wallet: null, facts: new Map<string, Fact>() };
  return { walletId, wallet, facts, checkpoint, findings };
}

/** Reads the chain of a wallet that was opened, judges both, and signs where it ends if nothing is wrong. */
export async function examine(how: Examination, opened: Opened): Promise<Verdict> {
  const { walletId, wallet, facts, checkpoint, findings } = opened;
  if (wallet === null) return { findings, entries: 0, signed: false };
  const { entries, behind } = await readChain(how, walletId, wallet.seq);
  const count = entries.length + behind.length;
  if (count > how.chainEntriesMax) {
    const detail = `has more than the ${how.chainEntriesMax} entries that are checked at once`;
    return { findings: [...findings, finding(walletId, 'unread', detail)], entries: 0, signed: false };
  }
  const all = [
    ...findings,
    ...judge({ walletId, wallet, facts, entries, checkpoint }, how.envs, how.keys),
    ...(await strays(how, walletId, behind)),
  ];
  if (all.length > 0) return { findings: all, entries: count, signed: false };
  return { ...(await signHead(how, wallet, checkpoint)), entries: count };
}

/** The entries up to `head`, ascending, and those behind it: a commit has come meanwhile, or they hang on nothing. */
async function readChain({ source, chainEntriesMax }: Examination, walletId: string, head: number) {
  const entries: Entry[] = [];
  const behind: Entry[] = [];
  for await (const entry of source.entries(walletId)) {
    (entry.seq <= head ? entries : behind).push(entry);
    if (entries.length + behind.length > chainEntriesMax) break;
  }
  return { entries: entries.sort((a, b) => a.seq - b.seq), behind };
}

/** Of the entries behind the head that was read, those that are behind the one of now as well. */
async function strays({ source }: Examination, walletId: string, behind: readonly Entry[]): Promise<Finding[]> {
  if (behind.length === 0) return [];
  const wallet = await source.wallet(walletId).catch((error: unknown) => {
    if (error instanceof UnreadableWallet) return null;
    throw error; // an outage says nothing of the entries
  });
  const head = wallet?.seq ?? 0;
  return behind
    .filter(({ seq }) => !(seq <= head))
    .map(({ id, seq }) => finding(walletId, 'stray', `entry ${id} stands behind the wallet's head, seq ${head}`, seq));
}

async function signHead({ checkpoints, signer, now }: Examination, wallet: Wallet, last: Checkpoint | null) {
  const { env, walletId, seq, headHash } = wallet;
  if (checkpoints === undefined || signer === undefined || seq === (last?.seq ?? 0))
    return { findings: [], signed: false };
  try {
    await checkpoints.put(signer.sign({ env, walletId, seq, headHash, at: now() }));
    return { findings: [], signed: true };
  } catch (error) {
    if (!(error instanceof CheckpointConflict)) throw error;
    return { findings: [finding(walletId, 'checkpoint', error.message, seq)], signed: false };
  }
}
