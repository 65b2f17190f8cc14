/**
 * Who may name which wallet, and charge which operation (`wire.md`, Who and how). A user reaches `me` alone, and any id
 * is refused alike, whether it exists or not. A service acts on the wallet of the user whose token it carries. By id act
 * administrators, and load-test accounts on load wallets.
 */
import { callers, operations, type AccountId, type Operation, type OperationId } from '@reelbanana/catalog';
import { Problem, type Account, type Caller, type User } from '@reelbanana/service-kit';
import type { CommandEngine, LedgerAccess } from './ports.ts';
import { isLoadOwner, perMinuteMaxOf } from './rate-limit.ts';
import { createRecent } from './recent.ts';

/** Owners of wallets, about 0.2 KB each. An erasure changes them, and leaves whether they are load tests'. */
const rememberedMax = 50_000;

export interface Principals {
  /** The wallet that the caller may read, or act on where the route lets them. Creates a user's with their first `me`. */
  wallet(caller: Caller, named: string): Promise<string>;
  /** The wallet of a hold: the hold's own account may name any; whose hold it is the ledger decides. */
  walletOfHold(caller: Caller, named: string): Promise<string>;
  /** How many operations a minute the wallet that `wallet` answered takes; undefined: it is a load wallet. */
  perMinuteMax(caller: Caller, named: string): number | undefined;
  /** Throws FORBIDDEN unless the account may charge the operation. */
  checkCharge(account: Account, operation: OperationId): void;
  /** Throws FORBIDDEN unless the caller may give credits at all: administrators, and load tests to load wallets. */
  checkGrant(caller: Caller): void;
}

export interface PrincipalOptions {
  readonly ledger: Pick<LedgerAccess, 'users'>;
  readonly engine: Pick<CommandEngine, 'wallet'>;
  /** Whether this stack runs load tests: elsewhere no account acts on load wallets. */
  readonly loadTests: boolean;
  readonly now: () => number;
}

export function createPrincipals({ ledger, engine, loadTests, now }: PrincipalOptions): Principals {
  const owners = createRecent<string>(rememberedMax);
  const actsOnLoadWallets = ({ id }: Account): boolean => loadTests && isLoadCaller(id);

  async function own(user: User | undefined, account: Account | undefined): Promise<string> {
    if (user === undefined) throw new Problem('UNAUTHENTICATED', "`me` needs the end user's ID token in Authorization");
    if (user.anonymous) throw new Problem('FORBIDDEN', 'An anonymous user has no wallet');
    if (account !== undefined && isLoadCaller(account.id) && !(loadTests && isLoadOwner(user.uid)))
      throw onlyLoadWallets();
    const { uid, email } = user;
    const { walletId } = await ledger.users.ensure({ uid, ...(email === undefined ? {} : { email }), now: now() });
    return walletId;
  }

  async function loadWallet(walletId: string): Promise<string> {
    const owner = await owners.get(walletId, async () => (await engine.wallet(walletId))?.owner.id);
    if (owner === undefined) throw walletNotFound();
    if (!isLoadOwner(owner)) throw onlyLoadWallets();
    return walletId;
  }

  return {
    async wallet({ user, account }, named) {
      if (named === 'me') return own(user, account);
      if (account !== undefined && actsOnLoadWallets(account)) return loadWallet(checkWalletId(named));
      if (account === undefined && user?.admin === true) return checkWalletId(named);
      const rule = account === undefined ? 'A user names' : "A service, with the end user's ID token, names";
      throw new Problem('FORBIDDEN', `${rule} the wallet \`me\``);
    },

    async walletOfHold({ user, account }, named) {
      if (named === 'me') return own(user, account);
      const walletId = checkWalletId(named);
      return account !== undefined && isLoadCaller(account.id) ? loadWallet(walletId) : walletId;
    },

    // Charged by id are load wallets alone.
    perMinuteMax: ({ user }, named) => (named === 'me' && user !== undefined ? perMinuteMaxOf(user.uid) : undefined),

    checkCharge(account, id) {
      const { chargedBy }: Operation = operations[id];
      if (chargedBy.includes(account.id) || actsOnLoadWallets(account)) return;
      throw new Problem('FORBIDDEN', `The account ${account.id} may not charge ${id}`);
    },

    checkGrant({ user, account }) {
      if (account === undefined ? user?.admin === true : actsOnLoadWallets(account)) return;
      throw new Problem('FORBIDDEN', 'Only administrators give credits');
    },
  };
}

const isLoadCaller = (id: AccountId): boolean =>
  Object.hasOwn(callers, id) && callers[id as keyof typeof callers].wallets === 'load';

const onlyLoadWallets = (): Problem => new Problem('FORBIDDEN', 'This account acts on load wallets only');
export const walletNotFound = (): Problem => new Problem('WALLET_NOT_FOUND', 'No wallet has this id');

/** What cannot be an id is no wallet; it must not reach a document path either. */
function checkWalletId(named: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,127}$/i.test(named)) throw walletNotFound();
  return named;
}
