/** The credits API as data: one contract a route, and the types of its requests and answers. */
export { auditView, getAudit, type AuditView } from './audit.ts';
export { patchAdminWallet, walletChange, type WalletChange } from './admin-wallets.ts';
export { batchCommandName, batchInput, postBatch, type BatchCommand, type BatchCommandName } from './batches.ts';
export { catalogView, getCatalog } from './catalog.ts';
export { deductionInput, postDeduction, type DeductionInput } from './deductions.ts';
export { entry, entryType, grantKind, type EntryView } from './entry.ts';
export { deleteUser } from './erasure.ts';
export { extendedView, extendInput, postExtend, type ExtendedView, type ExtendInput } from './extend.ts';
export { balance, entryId, type Balance } from './fields.ts';
export { grantInput, postGrant, type GrantInput } from './grants.ts';
export { getHealth } from './health.ts';
export {
  holdInput,
  holdView,
  postHold,
  postRelease,
  postSettle,
  releasedView,
  releaseInput,
  settledView,
  settleInput,
  type HoldInput,
  type HoldView,
  type ReleasedView,
  type ReleaseInput,
  type SettledView,
  type SettleInput,
} from './holds.ts';
export { postRefund, refundInput, type RefundInput } from './refunds.ts';
export { getRevenue, getUsage } from './reports.ts';
export { getStatement, statementView } from './statements.ts';
export { foundWalletView, getWallets } from './wallet-search.ts';
export { postQuote, quoteInput, type QuoteInput } from './quotes.ts';
export { getEntries, getWallet, walletView, type WalletView } from './wallets.ts';

import { getAudit } from './audit.ts';
import { patchAdminWallet } from './admin-wallets.ts';
import { postBatch } from './batches.ts';
import { getCatalog } from './catalog.ts';
import { postDeduction } from './deductions.ts';
import { deleteUser } from './erasure.ts';
import { postExtend } from './extend.ts';
import { postGrant } from './grants.ts';
import { getHealth } from './health.ts';
import { postHold, postRelease, postSettle } from './holds.ts';
import { postRefund } from './refunds.ts';
import { getRevenue, getUsage } from './reports.ts';
import { getStatement } from './statements.ts';
import { getWallets } from './wallet-search.ts';
import { postQuote } from './quotes.ts';
import { getEntries, getWallet } from './wallets.ts';

/** Every route of the API in this release. */
export const creditsContracts = [
  getCatalog,
  getWallet,
  getEntries,
  getStatement,
  postDeduction,
  postHold,
  postExtend,
  postSettle,
  postRelease,
  postGrant,
  getWallets,
  getUsage,
  getRevenue,
  getHealth,
  getAudit,
  deleteUser,
  patchAdminWallet,
  postQuote,
  postBatch,
  postRefund,
] as const;
