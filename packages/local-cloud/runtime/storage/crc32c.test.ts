import { describe, expect, it } from '@jest/globals';
import { crc32c, crc32cBase64 } from './crc32c.ts';

describe('crc32c', () => {
  // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  const cases: [name: string, bytes: Uint8Array, expected: number][] = [
    ['nothing', new Uint8Array(0), 0],
    ['"123456789"', Buffer.from('123456789'), 0xe3069283],
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 times 0xff', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ];
  it.each(cases)('of %s is the published value, in any pieces', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
    expect(crc32c(bytes.subarray(5), crc32c(bytes.subarray(0, 5)))).toBe(expected);
  });

  it('is written as Cloud Storage writes it', () => {
    expect(crc32cBase64(0xe3069283)).toBe('4waSgw==');
  });
});
