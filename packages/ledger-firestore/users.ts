// Users and their wallets: `users/{uid}` and an empty wallet, made together and once; erased by erasure.ts.
import { randomBytes } from 'node:crypto';
import type { Firestore } from '@google-cloud/firestore';
import { createWallet } from '@reelbanana/ledger';
import { eraseUser, type ErasureInput } from './erasure.ts';
import type { Connection } from './firestore/connection.ts';
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

/** The user was erased: they have no wallet, and get none under this uid. */
export class UserErased extends Error {
  override readonly name = 'UserErased';
  constructor() {
    super('the user was erased');
  }
}

/** Links remembered: a link changes only by erasure, so a service that sees a user often reads it once a minute. */
const linksMax = 10_000;
/** So long after an erasure elsewhere a token of the user's may still be let in here. */
export const linkMsMax = 60_000;
const attemptsMax = 3;

export class Users {
  readonly #db: Firestore;
  readonly #connection: Connection;
  readonly #env: string;
  readonly #links = new Map<string, { readonly walletId: string; readonly at: number }>();
  readonly #making = new Map<string, Promise<string>>();

  /** `env` is project id + '/' + database id, part of every wallet's genesis. */
  constructor(db: Firestore, connection: Connection, env: string) {
    this.#db = db;
    this.#connection = connection;
    this.#env = env;
  }

  /**
   * The user's wallet. The first call makes it, empty, with the link to it in one commit; calls that race agree on one.
   * @throws UserErased. StoreUnavailable: repeat it. RangeError for a uid that can be no document id
   */
  async ensure(user: NewUser): Promise<{ walletId: string }> {
    checkUid(user.uid);
    const known = this.#links.get(user.uid);
    if (known !== undefined && Math.abs(user.now - known.at) < linkMsMax) return { walletId: known.walletId };
    return { walletId: await (this.#making.get(user.uid) ?? this.#found(user)) };
  }

  /** The user's wallet, null if the user has none yet. @throws UserErased, StoreUnavailable */
  async walletOf(uid: string): Promise<string | null> {
    checkUid(uid);
    return this.#link(uid);
  }

  /**
   * Takes away who a wallet belongs to; the wallet and its chain stay (erasure.ts). Done again it changes nothing. For a uid
   * that never came here it leaves a mark, so that a token which is still good cannot begin anew.
   * @throws StoreUnavailable: repeat it. RangeError for a uid that can be no document id
   */
  async erase(input: ErasureInput): Promise<{ readonly erasedAt: number }> {
    checkUid(input.uid);
    try {
      return await eraseUser(this.#db, this.#connection, input);
    } finally {
      this.#links.delete(input.uid);
      this.#making.delete(input.uid);
    }
  }

  /** Remembers what it finds, unless the user was erased meanwhile: it may have read before that. */
  #found(user: NewUser): Promise<string> {
    const isCurrent = (): boolean => this.#making.get(user.uid) === making;
    const making: Promise<string> = this.#make(user)
      .then((walletId) => {
        if (isCurrent()) this.#remember(user, walletId);
        return walletId;
      })
      .finally(() => {
        if (isCurrent()) this.#making.delete(user.uid);
      });
    this.#making.set(user.uid, making);
    return making;
  }

  async #make(user: NewUser): Promise<string> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const walletId = (await this.#link(user.uid)) ?? (await this.#create(user));
      if (walletId !== null) return walletId;
    }
    throw new StoreUnavailable('the wallet of a user could not be made'); // it is logged: no uid
  }

  async #link(uid: string): Promise<string | null> {
    const snapshot = await reading(userRef(this.#db, uid).get(), readDeadlineMs);
    if (snapshot.get('erasedAt') !== undefined) throw new UserErased();
    return (snapshot.get('walletId') as string | undefined) ?? null;
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
      return walletId;
    } catch (error) {
      const failure = error instanceof UnknownOutcome ? error : mapCommitFailure(error, [walletId]);
      if (failure instanceof EntryExists || failure instanceof UnknownOutcome) return null;
      throw failure;
    }
  }

  #remember({ uid, now }: NewUser, walletId: string): void {
    this.#links.delete(uid);
    this.#links.set(uid, { walletId, at: now });
    const [oldest] = this.#links.keys();
    if (this.#links.size > linksMax && oldest !== undefined) this.#links.delete(oldest);
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
