// SHA-256 of UTF-8 text as lower-case hex: the only cryptography of the ledger.
import { hash } from 'node:crypto';

/** Lower-case hex SHA-256 of the UTF-8 bytes of `text`. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
