// Stored bytes, one entry of each type: these literals are in databases and statements, so they must never change. A new
// format is a new `v`, beside these.
import { describe, expect, it } from '@jest/globals';
import { createWallet, decide, entryHash, parseEntry } from './index.ts';
import type { Actor, Command, Entry } from './index.ts';

const user: Actor = { kind: 'user', pseudonym: '00112233445566778899aabbccddeeff' };
const admin: Actor = { kind: 'admin', pseudonym: 'ffeeddccbbaa99887766554433221100' };
const f = (digit: string): string => digit.repeat(64);
const narration = { operation: 'narration', params: { characters: 250, voice: 'en-gb' }, priceVersion: 1 };

function chain(): readonly Entry[] {
  const owner = { kind: 'user', id: 'uid-1' } as const;
  let wallet = createWallet({
    walletId: 'mfrggzdfmztwq2lkmfrggzdfmz',
    env: 'local/(default)',
    owner,
    readers: ['uid-1'],
  });
  const entries: Entry[] = [];
  const play = (command: Command, now: number): string => {
    const decision = decide(wallet, new Map(), command, now);
    if (decision.kind !== 'accepted') throw new Error(JSON.stringify(decision));
    wallet = decision.wallet;
    entries.push(...decision.entries);
    return decision.answer?.entry.id ?? '';
  };
  const bonus = { kind: 'bonus', source: 'campaign "é" 7', reasonCode: 'welcome' } as const;
  play(
    {
      type: 'grant',
      key: 'g-1',
      fingerprint: f('1'),
      actor: admin,
      ...bonus,
      credits: 10,
      expiresAt: 1_700_000_060_000,
    },
    1_700_000_000_000,
  );
  const paid = { amountMinor: 1_000, currency: 'usd' };
  const purchase = { kind: 'purchase', source: 'pi_1', reasonCode: 'purchase', paid } as const;
  play({ type: 'grant', key: 'g-2', fingerprint: f('2'), actor: admin, ...purchase, credits: 100 }, 1_700_000_001_000);
  const first = play(
    { type: 'reserve', key: 'r-1', fingerprint: f('3'), actor: user, ...narration, credits: 12, ttlMs: 900_000 },
    1_700_000_002_000,
  );
  play({ type: 'settle', key: 's-1', fingerprint: f('4'), actor: user, holdId: first, credits: 3 }, 1_700_000_003_000);
  play({ type: 'deduct', key: 'd-1', fingerprint: f('5'), actor: user, ...narration, credits: 2 }, 1_700_000_004_000);
  const second = play(
    { type: 'reserve', key: 'r-2', fingerprint: f('6'), actor: user, ...narration, credits: 3, ttlMs: 5_000 },
    1_700_000_005_000,
  );
  const third = play(
    {
      type: 'reserve',
      key: 'r-3',
      fingerprint: f('7'),
      actor: user,
      ...narration,
      credits: 3,
      ttlMs: 5_000,
      supersedes: second,
    },
    1_700_000_006_000,
  );
  play(
    { type: 'release', key: 'x-3', fingerprint: f('8'), actor: user, holdId: third, reasonCode: 'failed' },
    1_700_000_007_000,
  );
  play(
    { type: 'reserve', key: 'r-4', fingerprint: f('9'), actor: user, ...narration, credits: 0, ttlMs: 5_000 },
    1_700_000_008_000,
  );
  play({ type: 'tick' }, 1_700_000_100_000);
  return entries;
}

const GOLDEN: readonly (readonly [type: string, id: string, hash: string, body: string])[] = [
  [
    'grant',
    'fe7fc5eb142d5a258dc57679d0c0a972',
    'c367523da4e19a7b3a6df90c6f5108e9a069d046852d72b682884f55986c0285',
    '{"actor":{"kind":"admin","pseudonym":"ffeeddccbbaa99887766554433221100"},"balanceAfter":{"available":10,"debt":0,"held":0},"chain":"main","createdAt":1700000000000,"effectiveAt":1700000000000,"env":"local/(default)","fingerprint":"1111111111111111111111111111111111111111111111111111111111111111","grant":{"credits":10,"expiresAt":1700000060000,"kind":"bonus","source":"campaign \\"é\\" 7"},"keyDigest":"fe7fc5eb142d5a258dc57679d0c0a972","postings":[{"account":"issued","credits":-10},{"account":"available","credits":10,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"}],"reasonCode":"welcome","seq":1,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'grant',
    'c7152d3f3065e7e807633ae7d469c3c3',
    '0bdf841db2c42f85a2ca41f0daca84e460fecdd2f703b862c5ad1ad4565c309c',
    '{"actor":{"kind":"admin","pseudonym":"ffeeddccbbaa99887766554433221100"},"balanceAfter":{"available":110,"debt":0,"held":0},"chain":"main","createdAt":1700000001000,"effectiveAt":1700000001000,"env":"local/(default)","fingerprint":"2222222222222222222222222222222222222222222222222222222222222222","grant":{"credits":100,"kind":"purchase","source":"pi_1"},"keyDigest":"c7152d3f3065e7e807633ae7d469c3c3","paid":{"amountMinor":1000,"currency":"usd"},"postings":[{"account":"issued","credits":-100},{"account":"available","credits":100,"grantId":"c7152d3f3065e7e807633ae7d469c3c3"}],"reasonCode":"purchase","seq":2,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    'd92c2e94f202f83f1bdaf52e711a793f',
    '3759db444d6150f8dd0e75a49b0be2f3aea48ddd21f70d807d22cfc1c984c9f9',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":98,"debt":0,"held":12},"chain":"main","createdAt":1700000002000,"credits":12,"effectiveAt":1700000002000,"env":"local/(default)","expiresAt":1700000902000,"fingerprint":"3333333333333333333333333333333333333333333333333333333333333333","holdId":"d92c2e94f202f83f1bdaf52e711a793f","keyDigest":"d92c2e94f202f83f1bdaf52e711a793f","operation":"narration","params":{"characters":250,"voice":"en-gb"},"postings":[{"account":"held","credits":10,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972","holdId":"d92c2e94f202f83f1bdaf52e711a793f"},{"account":"held","credits":2,"grantId":"c7152d3f3065e7e807633ae7d469c3c3","holdId":"d92c2e94f202f83f1bdaf52e711a793f"},{"account":"available","credits":-10,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"},{"account":"available","credits":-2,"grantId":"c7152d3f3065e7e807633ae7d469c3c3"}],"priceVersion":1,"seq":3,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'settle',
    '94071fe20b2b63c7d330802b87180ebd',
    '9bee4f2aaf6e0bcee433076f38b695e42167b95376380ab732669324de7031ea',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":107,"debt":0,"held":0},"chain":"main","createdAt":1700000003000,"credits":3,"effectiveAt":1700000003000,"env":"local/(default)","fingerprint":"4444444444444444444444444444444444444444444444444444444444444444","holdId":"d92c2e94f202f83f1bdaf52e711a793f","keyDigest":"d7a4722af6922c2c01afe5d3ee98f8a0","operation":"narration","postings":[{"account":"held","credits":-10,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972","holdId":"d92c2e94f202f83f1bdaf52e711a793f"},{"account":"held","credits":-2,"grantId":"c7152d3f3065e7e807633ae7d469c3c3","holdId":"d92c2e94f202f83f1bdaf52e711a793f"},{"account":"consumed","credits":3},{"account":"available","credits":7,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"},{"account":"available","credits":2,"grantId":"c7152d3f3065e7e807633ae7d469c3c3"}],"priceVersion":1,"seq":4,"type":"settle","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'deduct',
    'b256d1894215fed26fccdd4d76f0a70b',
    '927f48ed7250d2c65beb371b2fdb608f49eba41c2f91129407ea96332ca93d19',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":105,"debt":0,"held":0},"chain":"main","createdAt":1700000004000,"credits":2,"effectiveAt":1700000004000,"env":"local/(default)","fingerprint":"5555555555555555555555555555555555555555555555555555555555555555","keyDigest":"b256d1894215fed26fccdd4d76f0a70b","operation":"narration","params":{"characters":250,"voice":"en-gb"},"postings":[{"account":"consumed","credits":2},{"account":"available","credits":-2,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"}],"priceVersion":1,"seq":5,"type":"deduct","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    'a69d4618153ead0533cb44eec7de59fb',
    'ed018fcd032fcca04700bf1c8ed27a0e3fb524d331c335561224e8801b74d142',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":102,"debt":0,"held":3},"chain":"main","createdAt":1700000005000,"credits":3,"effectiveAt":1700000005000,"env":"local/(default)","expiresAt":1700000010000,"fingerprint":"6666666666666666666666666666666666666666666666666666666666666666","holdId":"a69d4618153ead0533cb44eec7de59fb","keyDigest":"a69d4618153ead0533cb44eec7de59fb","operation":"narration","params":{"characters":250,"voice":"en-gb"},"postings":[{"account":"held","credits":3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972","holdId":"a69d4618153ead0533cb44eec7de59fb"},{"account":"available","credits":-3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"}],"priceVersion":1,"seq":6,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'release',
    '9f9250af8ef63e5336d5645b28546a40',
    '8f19f79581457f2a1931e3ba2068d2ca475289534f6b6d21d60e2a5599aaadcf',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":105,"debt":0,"held":0},"chain":"main","createdAt":1700000006000,"effectiveAt":1700000006000,"env":"local/(default)","fingerprint":"a23da22eaf7c24b61ab25f45c4429a7b3a2efef0c68058787dc7434911dbc966","holdId":"a69d4618153ead0533cb44eec7de59fb","keyDigest":"9f9250af8ef63e5336d5645b28546a40","operation":"narration","postings":[{"account":"held","credits":-3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972","holdId":"a69d4618153ead0533cb44eec7de59fb"},{"account":"available","credits":3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"}],"reasonCode":"superseded","seq":7,"type":"release","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    'c83380d34c501c00cd9a921543692d48',
    '56b83b4ecd3123a62efd949adc95cf897cb5b354e9211bc70487fd7f492c4648',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":102,"debt":0,"held":3},"chain":"main","createdAt":1700000006000,"credits":3,"effectiveAt":1700000006000,"env":"local/(default)","expiresAt":1700000011000,"fingerprint":"7777777777777777777777777777777777777777777777777777777777777777","holdId":"c83380d34c501c00cd9a921543692d48","keyDigest":"c83380d34c501c00cd9a921543692d48","operation":"narration","params":{"characters":250,"voice":"en-gb"},"postings":[{"account":"held","credits":3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972","holdId":"c83380d34c501c00cd9a921543692d48"},{"account":"available","credits":-3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"}],"priceVersion":1,"seq":8,"supersedes":"a69d4618153ead0533cb44eec7de59fb","type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'release',
    'e479fd4959a87cad784d7f025db63737',
    'c57316788a55e53872efd32c5876ecbb7ef35be97862c9c86cc902d4cb174c4e',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":105,"debt":0,"held":0},"chain":"main","createdAt":1700000007000,"effectiveAt":1700000007000,"env":"local/(default)","fingerprint":"8888888888888888888888888888888888888888888888888888888888888888","holdId":"c83380d34c501c00cd9a921543692d48","keyDigest":"5baf63abc39970978eced4eb77ef8a28","operation":"narration","postings":[{"account":"held","credits":-3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972","holdId":"c83380d34c501c00cd9a921543692d48"},{"account":"available","credits":3,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"}],"reasonCode":"failed","seq":9,"type":"release","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    '212c7016a8c2638f32b1a81f024df525',
    '26a79e72986283814524739430e5cff90e69edfbe356b9ed405f506a855d9c27',
    '{"actor":{"kind":"user","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":105,"debt":0,"held":0},"chain":"main","createdAt":1700000008000,"credits":0,"effectiveAt":1700000008000,"env":"local/(default)","expiresAt":1700000013000,"fingerprint":"9999999999999999999999999999999999999999999999999999999999999999","holdId":"212c7016a8c2638f32b1a81f024df525","keyDigest":"212c7016a8c2638f32b1a81f024df525","operation":"narration","params":{"characters":250,"voice":"en-gb"},"postings":[],"priceVersion":1,"seq":10,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'expireHold',
    '6c61755941981c3f8996b0c7ebf58e2d',
    '156ce1d68b8af2c09e1a90b996f28cb53a7d3510a271b76e66f680f679601b07',
    '{"actor":{"kind":"time","pseudonym":"time"},"balanceAfter":{"available":105,"debt":0,"held":0},"chain":"main","createdAt":1700000100000,"effectiveAt":1700000013000,"env":"local/(default)","fingerprint":"84b5534eb9b17b8036ea33a7335ef017ff56364ae303f85677558d5d997773d4","holdId":"212c7016a8c2638f32b1a81f024df525","keyDigest":"6c61755941981c3f8996b0c7ebf58e2d","operation":"narration","postings":[],"seq":11,"type":"expireHold","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'expireGrant',
    'ad8ae496844ab30196c467ed7ee84295',
    '576c09c5a004f5c4d6c16e2085b67e66e8fe6c277bfdfa72374cde7eac06a315',
    '{"actor":{"kind":"time","pseudonym":"time"},"balanceAfter":{"available":100,"debt":0,"held":0},"chain":"main","createdAt":1700000100000,"effectiveAt":1700000060000,"env":"local/(default)","fingerprint":"73d59f0a527190c33bf9b19188f2b2bcdee862408dbca0d5f3927a291ec2189f","grantId":"fe7fc5eb142d5a258dc57679d0c0a972","keyDigest":"ad8ae496844ab30196c467ed7ee84295","postings":[{"account":"available","credits":-5,"grantId":"fe7fc5eb142d5a258dc57679d0c0a972"},{"account":"expired","credits":5}],"seq":12,"type":"expireGrant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
];

describe('stored bytes', () => {
  it('are exactly these', () => {
    expect(chain().map(({ type, id, hash, body }) => [type, id, hash, body])).toEqual(GOLDEN);
  });

  it('are linked by their hashes', () => {
    let prevHash = '';
    for (const entry of chain()) {
      if (entry.seq > 1) expect(entry.prevHash).toBe(prevHash);
      expect(entry.hash).toBe(entryHash(entry.prevHash, entry.body));
      prevHash = entry.hash;
    }
  });

  it('show every type', () => {
    expect([...new Set(GOLDEN.map(([type]) => type))].sort()).toEqual([
      'deduct',
      'expireGrant',
      'expireHold',
      'grant',
      'release',
      'reserve',
      'settle',
    ]);
  });

  it('parse to the body that was decided', () => {
    for (const entry of chain()) expect(parseEntry({ ...entry })).toEqual(parseEntry(entry));
  });
});
