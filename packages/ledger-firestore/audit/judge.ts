// One wallet judged by what was read of it: pure.
import type { Entry, Fact, Wallet } from '@reelbanana/ledger';
import { invariants } from '@reelbanana/ledger/invariants';
import { signatureProblem, type Checkpoint, type KeyRing } from './checkpoint.ts';
import { finding, type Finding } from './report.ts';

export interface Evidence {
  /** The id of the document, whatever the wallet says of itself. */
  readonly walletId: string;
  /** Read before its entries, and after `checkpoint`. */
  readonly wallet: Wallet;
  /** All of the wallet's, as they stood when it was read. */
  readonly facts: ReadonlyMap<string, Fact>;
  /** Ascending by seq, none behind the wallet's head. */
  readonly entries: readonly Entry[];
  /** The last one that was signed, read before the wallet. */
  readonly checkpoint: Checkpoint | null;
}

/** Everything that is wrong with one wallet. `envs` are the environments that a wallet here may come from. */
export function judge(evidence: Evidence, envs: readonly string[], keys: KeyRing): readonly Finding[] {
  const { walletId, wallet, facts, entries, checkpoint } = evidence;
  const findings: Finding[] = [];
  if (wallet.walletId !== walletId)
    findings.push(finding(walletId, 'identity', `the document holds wallet ${wallet.walletId}`));
  if (!envs.includes(wallet.env))
    findings.push(finding(walletId, 'identity', `env ${wallet.env} is not one of ${envs.join(', ')}`));
  if (checkpoint !== null) findings.push(...againstCheckpoint(evidence, checkpoint, keys));
  for (const { invariant, detail, seq } of invariants(wallet, entries, facts))
    findings.push(finding(walletId, invariant, detail, seq));
  return findings;
}

function againstCheckpoint({ walletId, wallet, entries }: Evidence, checkpoint: Checkpoint, keys: KeyRing): Finding[] {
  const { seq, headHash, at } = checkpoint;
  const found = (detail: string): Finding[] => [finding(walletId, 'checkpoint', detail, seq)];
  const problem = signatureProblem(checkpoint, keys);
  // What nobody of ours signed proves nothing about the chain.
  if (problem !== null) return found(`the checkpoint ${problem}`);
  if (checkpoint.walletId !== walletId || checkpoint.env !== wallet.env)
    return found(`the checkpoint is of wallet ${checkpoint.walletId} in ${checkpoint.env}`);
  const signed = `seq ${seq} was signed on ${new Date(at).toISOString()}`;
  if (wallet.seq < seq) return found(`the wallet ends at seq ${wallet.seq}, but ${signed}: entries were cut off`);
  const hash = entries.find((entry) => entry.seq === seq)?.hash;
  if (hash === undefined) return found(`${signed}, and no entry is there`);
  return hash === headHash ? [] : found(`${signed} with hash ${headHash}, now it is ${hash}: history was rewritten`);
}
