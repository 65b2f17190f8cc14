// Stored bytes of overruns, late settles, settings: as in golden.test.ts, these literals must never change.
import { describe, expect, it } from '@jest/globals';
import { createWallet, decide, entryHash, genesis, parseEntry } from './index.ts';
import type { Actor, Command, Entry } from './index.ts';

const service: Actor = { kind: 'service', pseudonym: '00112233445566778899aabbccddeeff' };
const admin: Actor = { kind: 'admin', pseudonym: 'ffeeddccbbaa99887766554433221100' };
const render = { operation: 'render', params: { scenes: 3 }, priceVersion: 2, ttlMs: 5_000, actor: service };
const walletId = 'mfrggzdfmztwq2lkmfrggzdfmz';
const env = 'local/(default)';

function chain(): readonly Entry[] {
  let wallet = createWallet({ walletId, env, owner: { kind: 'user', id: 'uid-1' }, readers: ['uid-1'] });
  const entries: Entry[] = [];
  const play = (second: number, command: object): string => {
    const n = String(entries.length);
    const common = { key: `k-${n}`, fingerprint: n.padStart(64, '0') };
    const now = 1_700_000_000_000 + second * 1_000;
    const decision = decide(wallet, new Map(entries.map((e) => [e.id, e])), { ...common, ...command } as Command, now);
    if (decision.kind !== 'accepted') throw new Error(JSON.stringify(decision));
    wallet = decision.wallet;
    entries.push(...decision.entries);
    return decision.answer?.entry.id ?? '';
  };
  const reserve = { type: 'reserve', ...render };
  const settle = { type: 'settle', actor: service, creditsMax: 20 };
  play(0, { type: 'grant', actor: admin, kind: 'bonus', source: 'campaign', reasonCode: 'welcome', credits: 27 });
  const first = play(1, { ...reserve, credits: 10 });
  play(2, { type: 'extend', actor: service, holdId: first, ttlMs: 60_000 });
  play(3, { ...settle, holdId: first, credits: 12 });
  const second = play(4, { ...reserve, credits: 10 });
  play(5, { ...settle, holdId: second, credits: 18 }); // a shortfall
  play(6, { type: 'configure', actor: admin, overdraftLimit: 3, status: 'active', reasonCode: 'support' });
  const third = play(7, { ...reserve, credits: 2 });
  play(8, { ...settle, holdId: third, credits: 4, overrun: 'debt' });
  play(9, { type: 'grant', actor: admin, kind: 'purchase', source: 'pi_1', reasonCode: 'purchase', credits: 9 });
  const fourth = play(10, { ...reserve, credits: 5 });
  play(20, { ...settle, holdId: fourth, credits: 9 }); // late, with a shortfall
  const fifth = play(21, { ...reserve, credits: 0 });
  play(30, { ...reserve, credits: 0, supersedes: fifth });
  play(31, { type: 'configure', actor: admin, unmetered: true, reasonCode: 'staff' });
  play(32, { type: 'deduct', ...render, credits: 7 });
  const sixth = play(33, { ...reserve, credits: 5 });
  play(34, { ...settle, holdId: sixth, credits: 6 });
  return entries;
}

const GOLDEN: readonly (readonly [type: string, id: string, hash: string, body: string])[] = [
  [
    'grant',
    'e86867cee0a191463ff0fc527b6d1298',
    'c2ec394dfcc4e94ddbaea3973a894923a89974fed5283f0506a92f97f2836c6c',
    '{"actor":{"kind":"admin","pseudonym":"ffeeddccbbaa99887766554433221100"},"balanceAfter":{"available":27,"debt":0,"held":0},"chain":"main","createdAt":1700000000000,"effectiveAt":1700000000000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000000","grant":{"credits":27,"kind":"bonus","source":"campaign"},"keyDigest":"e86867cee0a191463ff0fc527b6d1298","postings":[{"account":"issued","credits":-27},{"account":"available","credits":27,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"reasonCode":"welcome","seq":1,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    'e59cb03c80dd106a8dd3c4b13b421543',
    '3f2f270e5aed3690264d4a7649903f6c34d8a467f8b392f726ecdbb943fa17e6',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":17,"debt":0,"held":10},"chain":"main","createdAt":1700000001000,"credits":10,"effectiveAt":1700000001000,"env":"local/(default)","expiresAt":1700000006000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000001","holdId":"e59cb03c80dd106a8dd3c4b13b421543","keyDigest":"e59cb03c80dd106a8dd3c4b13b421543","operation":"render","params":{"scenes":3},"postings":[{"account":"held","credits":10,"grantId":"e86867cee0a191463ff0fc527b6d1298","holdId":"e59cb03c80dd106a8dd3c4b13b421543"},{"account":"available","credits":-10,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"priceVersion":2,"seq":2,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'extend',
    '8b2cb6d6372e29c443f0aedfff52d275',
    '9a8b0b22de4cfd2530e43ad836455a4726f21a9c840d4e4697baddb06e161460',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":17,"debt":0,"held":10},"chain":"main","createdAt":1700000002000,"effectiveAt":1700000002000,"env":"local/(default)","expiresAt":1700000062000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000002","holdId":"e59cb03c80dd106a8dd3c4b13b421543","keyDigest":"8b2cb6d6372e29c443f0aedfff52d275","operation":"render","postings":[],"seq":3,"type":"extend","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'settle',
    'd70420fd8b326c715a4c60617e0a1e0b',
    '5f7761dfe227d3f87d0b62209498b1345abe2a5e9374ce2a8cfda324530dc02c',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":15,"debt":0,"held":0},"chain":"main","createdAt":1700000003000,"credits":12,"creditsMax":20,"effectiveAt":1700000003000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000003","holdId":"e59cb03c80dd106a8dd3c4b13b421543","keyDigest":"9383732ca1b8898680e1f740e6685615","operation":"render","postings":[{"account":"held","credits":-10,"grantId":"e86867cee0a191463ff0fc527b6d1298","holdId":"e59cb03c80dd106a8dd3c4b13b421543"},{"account":"consumed","credits":12},{"account":"available","credits":-2,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"priceVersion":2,"seq":4,"type":"settle","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    '597180d2bf3e988c74cc0efed89aaa84',
    'ad7451c9851e174ce473d2696a9b39cfcc022752a92e26338d5c882a2b46f26c',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":5,"debt":0,"held":10},"chain":"main","createdAt":1700000004000,"credits":10,"effectiveAt":1700000004000,"env":"local/(default)","expiresAt":1700000009000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000004","holdId":"597180d2bf3e988c74cc0efed89aaa84","keyDigest":"597180d2bf3e988c74cc0efed89aaa84","operation":"render","params":{"scenes":3},"postings":[{"account":"held","credits":10,"grantId":"e86867cee0a191463ff0fc527b6d1298","holdId":"597180d2bf3e988c74cc0efed89aaa84"},{"account":"available","credits":-10,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"priceVersion":2,"seq":5,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'settle',
    '49097158c96f356aaeed630d21bd023d',
    '7f3b5cbb557b56a7fa03df37e9233bd2c64147467c0c4cd6af1590a69a33273e',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":0,"held":0},"chain":"main","createdAt":1700000005000,"credits":15,"creditsMax":20,"effectiveAt":1700000005000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000005","holdId":"597180d2bf3e988c74cc0efed89aaa84","keyDigest":"63735a992d8425b0b22edb5c8d19fc04","operation":"render","postings":[{"account":"held","credits":-10,"grantId":"e86867cee0a191463ff0fc527b6d1298","holdId":"597180d2bf3e988c74cc0efed89aaa84"},{"account":"consumed","credits":15},{"account":"available","credits":-5,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"priceVersion":2,"seq":6,"shortfall":3,"type":"settle","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'configure',
    '11f7c1d90a52647732516cd108bd0de0',
    '623f334e511717e3b5acb05ab38110679a83428bf52de8ba5bc1a42bd8d7cb35',
    '{"actor":{"kind":"admin","pseudonym":"ffeeddccbbaa99887766554433221100"},"balanceAfter":{"available":0,"debt":0,"held":0},"chain":"main","configure":{"overdraftLimit":3,"status":"active"},"createdAt":1700000006000,"effectiveAt":1700000006000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000006","keyDigest":"11f7c1d90a52647732516cd108bd0de0","postings":[],"reasonCode":"support","seq":7,"type":"configure","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    'ec83529a80dba29b579c7fd4b7a33f22',
    'f9aa4c21d27253ea30a28ccc3ecc91a00727ca5badec6e470f0f5f33177d63d2',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":2,"held":2},"chain":"main","createdAt":1700000007000,"credits":2,"effectiveAt":1700000007000,"env":"local/(default)","expiresAt":1700000012000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000007","holdId":"ec83529a80dba29b579c7fd4b7a33f22","keyDigest":"ec83529a80dba29b579c7fd4b7a33f22","operation":"render","params":{"scenes":3},"postings":[{"account":"held","credits":2,"holdId":"ec83529a80dba29b579c7fd4b7a33f22"},{"account":"debt","credits":-2}],"priceVersion":2,"seq":8,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'settle',
    'ce1af951d2b5e9ec0a3d4c387c12b367',
    'bb58880d3dcec251b63731e054156cad827fa2ef81b8bf5a12bf9a7eb1d1d120',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":4,"held":0},"chain":"main","createdAt":1700000008000,"credits":4,"creditsMax":20,"effectiveAt":1700000008000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000008","holdId":"ec83529a80dba29b579c7fd4b7a33f22","keyDigest":"81edad0df6c4d8db9fe624d6ecdc0352","operation":"render","overrun":"debt","postings":[{"account":"held","credits":-2,"holdId":"ec83529a80dba29b579c7fd4b7a33f22"},{"account":"consumed","credits":4},{"account":"debt","credits":-2}],"priceVersion":2,"seq":9,"type":"settle","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'grant',
    'f3eb1dc44e1ae47797e407f4249748fe',
    '31656f00dc3b5d4decf83514611c454a59d17f79279c276a6f1604461213f786',
    '{"actor":{"kind":"admin","pseudonym":"ffeeddccbbaa99887766554433221100"},"balanceAfter":{"available":5,"debt":0,"held":0},"chain":"main","createdAt":1700000009000,"effectiveAt":1700000009000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000009","grant":{"credits":9,"kind":"purchase","source":"pi_1"},"keyDigest":"f3eb1dc44e1ae47797e407f4249748fe","postings":[{"account":"issued","credits":-9},{"account":"debt","credits":4},{"account":"available","credits":5,"grantId":"f3eb1dc44e1ae47797e407f4249748fe"}],"reasonCode":"purchase","seq":10,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    '8ff2701edd02f51b617b5d7a1709b59b',
    'f42c9873e3112ac6d748910717e60340d42ed86911e79d307999f3a483f52968',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":0,"held":5},"chain":"main","createdAt":1700000010000,"credits":5,"effectiveAt":1700000010000,"env":"local/(default)","expiresAt":1700000015000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000010","holdId":"8ff2701edd02f51b617b5d7a1709b59b","keyDigest":"8ff2701edd02f51b617b5d7a1709b59b","operation":"render","params":{"scenes":3},"postings":[{"account":"held","credits":5,"grantId":"f3eb1dc44e1ae47797e407f4249748fe","holdId":"8ff2701edd02f51b617b5d7a1709b59b"},{"account":"available","credits":-5,"grantId":"f3eb1dc44e1ae47797e407f4249748fe"}],"priceVersion":2,"seq":11,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'expireHold',
    '5da89de515897316769e40b01e2624a3',
    'f918387d25db9d8d0b43f2a2d0a5751a05d4174228b1ac5ee195673477de4001',
    '{"actor":{"kind":"time","pseudonym":"time"},"balanceAfter":{"available":5,"debt":0,"held":0},"chain":"main","createdAt":1700000020000,"effectiveAt":1700000015000,"env":"local/(default)","fingerprint":"31243cb6e0e87195bd9f40d39944d59d595193485c5cf649c29297c6d5c2bf2f","holdId":"8ff2701edd02f51b617b5d7a1709b59b","keyDigest":"5da89de515897316769e40b01e2624a3","operation":"render","postings":[{"account":"held","credits":-5,"grantId":"f3eb1dc44e1ae47797e407f4249748fe","holdId":"8ff2701edd02f51b617b5d7a1709b59b"},{"account":"available","credits":5,"grantId":"f3eb1dc44e1ae47797e407f4249748fe"}],"seq":12,"type":"expireHold","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'lateSettle',
    '0328cc2e16aab09a2ed2bf443e63eab0',
    'b9d9e4f0722bc444ff5e20ecd38e4373888232af3f98562bde64ec9fd4a95d62',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000020000,"credits":8,"creditsMax":20,"effectiveAt":1700000020000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000011","holdId":"8ff2701edd02f51b617b5d7a1709b59b","keyDigest":"ef7aedd5a0523d1fe3015495b4fbab78","operation":"render","postings":[{"account":"consumed","credits":8},{"account":"available","credits":-5,"grantId":"f3eb1dc44e1ae47797e407f4249748fe"},{"account":"debt","credits":-3}],"priceVersion":2,"seq":13,"shortfall":1,"type":"lateSettle","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    '125c29ac9b9d270e882c61d9103cbede',
    '0905a6dd6b37366de9a2aa20871cc69cf5abf0f57d135c36580989d2aeb4ab1a',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000021000,"credits":0,"effectiveAt":1700000021000,"env":"local/(default)","expiresAt":1700000026000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000013","holdId":"125c29ac9b9d270e882c61d9103cbede","keyDigest":"125c29ac9b9d270e882c61d9103cbede","operation":"render","params":{"scenes":3},"postings":[],"priceVersion":2,"seq":14,"type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'expireHold',
    '8aa2bad565da7ab591bd85d5abc7cfcd',
    '05b8f4c8895720658050fde3b3603c0464dc12f22799474314a897d4735acf1e',
    '{"actor":{"kind":"time","pseudonym":"time"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000030000,"effectiveAt":1700000026000,"env":"local/(default)","fingerprint":"d8117ac194e5f3878a0fa520836a62e37297eb68caa50fc7443050d795f5564b","holdId":"125c29ac9b9d270e882c61d9103cbede","keyDigest":"8aa2bad565da7ab591bd85d5abc7cfcd","operation":"render","postings":[],"seq":15,"type":"expireHold","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'closeHold',
    '756052f798a88868feadd28b25ab02ba',
    'ac20f0bcde611c6c39f51db7ff7f2c62fc6c964b7293d63db2e497adab28fe77',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000030000,"effectiveAt":1700000030000,"env":"local/(default)","fingerprint":"79b040de930c32f1994d0f056a5d0049794ab63fe91dd83be49165b1404a6702","holdId":"125c29ac9b9d270e882c61d9103cbede","keyDigest":"756052f798a88868feadd28b25ab02ba","operation":"render","postings":[],"reasonCode":"superseded","seq":16,"type":"closeHold","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    'ae4469ec483a17c1c68739f8876f68f3',
    '8a58f8db2e67658f49dba96b2ef39a2aaca728fbe10efc65cea81796fdfbbd56',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000030000,"credits":0,"effectiveAt":1700000030000,"env":"local/(default)","expiresAt":1700000035000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000014","holdId":"ae4469ec483a17c1c68739f8876f68f3","keyDigest":"ae4469ec483a17c1c68739f8876f68f3","operation":"render","params":{"scenes":3},"postings":[],"priceVersion":2,"seq":17,"supersedes":"125c29ac9b9d270e882c61d9103cbede","type":"reserve","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'configure',
    'd1a1906da5922ec9e712729d760a7e40',
    '75e6394528309f300071a73549607f1fa7951ad1807545b70b515ada0f16d285',
    '{"actor":{"kind":"admin","pseudonym":"ffeeddccbbaa99887766554433221100"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","configure":{"unmetered":true},"createdAt":1700000031000,"effectiveAt":1700000031000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000017","keyDigest":"d1a1906da5922ec9e712729d760a7e40","postings":[],"reasonCode":"staff","seq":18,"type":"configure","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'deduct',
    '4da01d7bd407e078a5189bf1886feb16',
    'b910309b0a88ac8e9a335554e586c27eae792f5e61e54894db1967f24cd0620d',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000032000,"credits":7,"effectiveAt":1700000032000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000018","keyDigest":"4da01d7bd407e078a5189bf1886feb16","operation":"render","params":{"scenes":3},"postings":[{"account":"consumed","credits":7},{"account":"waived","credits":-7}],"priceVersion":2,"seq":19,"type":"deduct","unit":"credit","unmetered":true,"v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reserve',
    '90d07eb2d83b83ad47c6958adaef5c80',
    '14694f620efe283f6a4e64d96c4de451616c518b27abe31fe581beca8492b77e',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000033000,"credits":5,"effectiveAt":1700000033000,"env":"local/(default)","expiresAt":1700000038000,"fingerprint":"0000000000000000000000000000000000000000000000000000000000000019","holdId":"90d07eb2d83b83ad47c6958adaef5c80","keyDigest":"90d07eb2d83b83ad47c6958adaef5c80","operation":"render","params":{"scenes":3},"postings":[],"priceVersion":2,"seq":20,"type":"reserve","unit":"credit","unmetered":true,"v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'settle',
    'be0323344cbca82ca0839ed3b7d87584',
    '5e932668424462cdfb6f1ac0d5b8e494e7074374e92ee55edcd240cc2834eded',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":0,"debt":3,"held":0},"chain":"main","createdAt":1700000034000,"credits":6,"creditsMax":20,"effectiveAt":1700000034000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000020","holdId":"90d07eb2d83b83ad47c6958adaef5c80","keyDigest":"5b4bbadbe61ec5a4e8e38cd338f44a26","operation":"render","postings":[{"account":"consumed","credits":6},{"account":"waived","credits":-6}],"priceVersion":2,"seq":21,"type":"settle","unit":"credit","unmetered":true,"v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
];

describe('stored bytes', () => {
  it('are exactly these', () => {
    expect(chain().map(({ type, id, hash, body }) => [type, id, hash, body])).toEqual(GOLDEN);
  });

  it('are linked by their hashes, and parse to the body that was decided', () => {
    let prevHash = genesis(env, walletId);
    for (const entry of chain()) {
      expect(entry.prevHash).toBe(prevHash);
      expect(entry.hash).toBe(entryHash(prevHash, entry.body));
      expect(parseEntry({ ...entry })).toEqual(parseEntry(entry));
      prevHash = entry.hash;
    }
  });

  it('show every type and field that golden.test.ts does not', () => {
    const fields = ['configure', 'creditsMax', 'overrun', 'shortfall', 'unmetered'] as const;
    const bodies = chain().map(parseEntry);
    for (const field of fields) expect(bodies.some((body) => body[field] !== undefined)).toBe(true);
    expect(new Set(GOLDEN.map(([type]) => type))).toEqual(
      new Set(['grant', 'reserve', 'extend', 'settle', 'lateSettle', 'closeHold', 'expireHold', 'deduct', 'configure']),
    );
  });
});
