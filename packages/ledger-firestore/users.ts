// Users and their wallets: `users/{uid}` and an empty wallet, made together and once.
import { randomBytes } from 'node:crypto';
import type { Firestore } from '@google-cloud/firestore';
import { createWallet } from '@reelbanana/ledger';
import { readDeadlineMs, reading, within } from './firestore/deadline.ts';
import { mapWalletToDocument } from './firestore/documents.ts';
import { mapCommitFailure } from './firestore/failures.ts';
import { userRef, walletRef } from './firestore/paths.ts';
import { EntryExists, StoreUnavailable, UnknownOutcome } from './port.ts';

export interface NewUser {
  readonly uid: string;
  /** Personal data: it stands in `users/{uid}` alone, never in a wallet or an entry. */
  readonly email?: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Links remembered: a link never changes, so a service that sees a user often reads it once. */
const linksMax = 10_000;
const attemptsMax = 3;

export class Users {
  readonly #db: Firestore;
  readonly #env: string;
  readonly #links = new Map<string, string>();
  readonly #making = new Map<string, Promise<string>>();

  /** `env` is project id + '/' + database id, part of every wallet's genesis. */
  constructor(db: Firestore, env: string) {
    this.#db = db;
    this.#env = env;
  }

  /**
   * The user's wallet. The first call makes it, empty, with the link to it in one commit; calls that race agree on one.
   * @throws StoreUnavailable: repeat it. RangeError for a uid that can be no document id
   */
  async ensure(user: NewUser): Promise<{ walletId: string }> {
    checkUid(user.uid);
    const known = this.#links.get(user.uid);
    if (known !== undefined) return { walletId: known };
    let making = this.#making.get(user.uid);
    if (making === undefined) {
      making = this.#make(user).finally(() => this.#making.delete(user.uid));
      this.#making.set(user.uid, making);
    }
    return { walletId: await making };
  }

  /** The user's wallet, null if the user has none yet. @throws StoreUnavailable */
  async walletOf(uid: string): Promise<string | null> {
    checkUid(uid);
    return this.#links.get(uid) ?? (await this.#link(uid));
  }

  async #make(user: NewUser): Promise<string> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const linked = await this.#link(user.uid);
      if (linked !== null) return linked;
      const made = await this.#create(user);
      if (made !== null) return made;
    }
    throw new StoreUnavailable(`the wallet of user ${user.uid} could not be made`);
  }

  async #link(uid: string): Promise<string | null> {
    const snapshot = await reading(userRef(this.#db, uid).get(), readDeadlineMs);
    const walletId = snapshot.get('walletId') as string | undefined;
    return walletId === undefined ? null : this.#remember(uid, walletId);
  }

  /** Null when somebody else was faster, or when that is not known: read the link again. */
  async #create({ uid, email, now }: NewUser): Promise<string | null> {
    const walletId = newWalletId();
    const owner = { kind: 'user', id: uid } as const;
    const wallet = createWallet({ walletId, env: this.#env, owner, readers: [uid] });
    const profile = { uid, walletId, createdAt: now, ...(email === undefined ? {} : { email }) };
    const batch = this.#db.batch().create(userRef(this.#db, uid), profile);
    batch.create(walletRef(this.#db, walletId), mapWalletToDocument(wallet));
    const late = () => new UnknownOutcome(`no answer within ${readDeadlineMs} ms`, false);
    try {
      await within(batch.commit(), readDeadlineMs, late);
      return this.#remember(uid, walletId);
    } catch (error) {
      const failure = error instanceof UnknownOutcome ? error : mapCommitFailure(error, [walletId]);
      if (failure instanceof EntryExists || failure instanceof UnknownOutcome) return null;
      throw failure;
    }
  }

  #remember(uid: string, walletId: string): string {
    this.#links.set(uid, walletId);
    const [oldest] = this.#links.keys();
    if (this.#links.size > linksMax && oldest !== undefined) this.#links.delete(oldest);
    return walletId;
  }
}

/** 128 random bits, base32 in lower case (wire.md, Ids): 26 characters. */
export function newWalletId(): string {
  let bits = BigInt(`0x${randomBytes(16).toString('hex')}`) << 2n; // 130 bits fill 26 characters
  let text = '';
  for (let index = 0; index < 26; index++) {
    text = base32.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return text;
}

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** What Firestore takes as a document id, and Firebase Auth as a uid (1..128 characters). */
export function isUid(uid: string): boolean {
  return (
    uid.length >= 1 && uid.length <= 128 && !uid.includes('/') && !/^\.\.?$|^__.*__$/.test(uid) && uid.isWellFormed()
  );
}

function checkUid(uid: string): void {
  if (!isUid(uid)) throw new RangeError('the uid can be no document id');
}
