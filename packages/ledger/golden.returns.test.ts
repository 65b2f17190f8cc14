// Stored bytes of what returns and of payments: as in golden.test.ts, these literals must never change.
import { describe, expect, it } from '@jest/globals';
import { createWallet, decide, entryHash, genesis, needs, parseEntry } from './index.ts';
import type { Actor, Command, Entry, Fact } from './index.ts';

const DAY_MS = 86_400_000;
const service: Actor = { kind: 'service', pseudonym: '00112233445566778899aabbccddeeff' };
const walletId = 'mfrggzdfmztwq2lkmfrggzdfmz';
const env = 'local/(default)';
const begin = 1_700_006_400_000; // a midnight of UTC

function chain(): readonly Entry[] {
  let wallet = createWallet({ walletId, env, owner: { kind: 'user', id: 'uid-1' }, readers: ['uid-1'] });
  const entries: Entry[] = [];
  const facts = new Map<string, Fact>();
  const play = (day: number, fields: object): string => {
    const n = String(entries.length);
    const common = { key: `k-${n}`, fingerprint: n.padStart(64, '0'), actor: service, reasonCode: 'test' };
    const command = { ...common, ...fields } as Command;
    const found = new Map(entries.map((entry) => [entry.id, entry]));
    const needed = new Map(needs(command).map((id) => [id, facts.get(id) ?? null]));
    const decision = decide(wallet, found, command, begin + day * DAY_MS, needed);
    if (decision.kind !== 'accepted') throw new Error(JSON.stringify(decision));
    wallet = decision.wallet;
    entries.push(...decision.entries);
    for (const [id, fact] of decision.facts ?? []) facts.set(id, fact);
    return decision.answer?.entry.id ?? '';
  };
  const deduct = { type: 'deduct', operation: 'narration', params: {}, priceVersion: 1 };
  const pay = { type: 'reconcilePayment', kind: 'purchase', paymentId: 'pi_1' };
  const rollover = { cap: 4, expiresAt: begin + 9 * DAY_MS };
  play(0, { type: 'grant', kind: 'bonus', source: 'campaign', credits: 5, expiresAt: begin + DAY_MS });
  play(0, { type: 'grant', kind: 'bonus', source: 'campaign', credits: 2, expiresAt: begin + DAY_MS }); // merged
  const first = play(0, { ...deduct, credits: 6 });
  play(0, { type: 'refund', entryId: first, credits: 2 });
  play(1, { type: 'grant', kind: 'plan', source: 'in_1', credits: 9, expiresAt: begin + 2 * DAY_MS, rollover });
  play(1, { type: 'refund', entryId: first }); // its grant has expired
  const paid = { amountMinor: 500, currency: 'eur' };
  play(2, { ...pay, granted: 10, clawedBack: 0, paid }); // behind what rolled over
  play(2, { ...pay, granted: 10, clawedBack: 7 });
  play(2, { ...pay, granted: 10, clawedBack: 3 });
  const plan = { ...pay, kind: 'plan', paymentId: 'in_2', expiresAt: begin + 3 * DAY_MS };
  play(2, { ...plan, granted: 6, clawedBack: 6 }); // two entries at once
  play(4, { ...plan, granted: 6, clawedBack: 1 }); // its grant has expired
  return entries;
}

const GOLDEN: readonly (readonly [type: string, id: string, hash: string, body: string])[] = [
  [
    'grant',
    'e86867cee0a191463ff0fc527b6d1298',
    'f1798fae7247dadab790c132f15c4231aae7e0d566d77699aca61e5cc6702110',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":5,"debt":0,"held":0},"chain":"main","createdAt":1700006400000,"effectiveAt":1700006400000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000000","grant":{"credits":5,"expiresAt":1700092800000,"kind":"bonus","source":"campaign"},"keyDigest":"e86867cee0a191463ff0fc527b6d1298","postings":[{"account":"issued","credits":-5},{"account":"available","credits":5,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"reasonCode":"test","seq":1,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'grant',
    '46deabccbc2e27ada7c6d11477e07286',
    '3b07046028c1e926f11b7da61cfd48c5ffb89ade64f98d8ba6d1110bea79b393',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":7,"debt":0,"held":0},"chain":"main","createdAt":1700006400000,"effectiveAt":1700006400000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000001","grant":{"credits":2,"expiresAt":1700092800000,"kind":"bonus","mergedInto":"e86867cee0a191463ff0fc527b6d1298","source":"campaign"},"keyDigest":"46deabccbc2e27ada7c6d11477e07286","postings":[{"account":"issued","credits":-2},{"account":"available","credits":2,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"reasonCode":"test","seq":2,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'deduct',
    '6457b5af0878ba859065137e77e0f9b8',
    '529b83ccb3c090f5df1ebb152fc1a9bf467e47d9809710e64ef6f292fe83ac07',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":1,"debt":0,"held":0},"chain":"main","createdAt":1700006400000,"credits":6,"effectiveAt":1700006400000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000002","keyDigest":"6457b5af0878ba859065137e77e0f9b8","operation":"narration","params":{},"postings":[{"account":"consumed","credits":6},{"account":"available","credits":-6,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"priceVersion":1,"seq":3,"type":"deduct","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'refund',
    '27172e6710d65f4d092cd355b5655a0f',
    '1b3f5d897c0b47ee3e49cdf7d27209cb49094fbce161d66b3d1781def2a88cfc',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":3,"debt":0,"held":0},"chain":"main","chargeId":"6457b5af0878ba859065137e77e0f9b8","createdAt":1700006400000,"credits":2,"effectiveAt":1700006400000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000003","keyDigest":"27172e6710d65f4d092cd355b5655a0f","operation":"narration","postings":[{"account":"consumed","credits":-2},{"account":"available","credits":2,"grantId":"e86867cee0a191463ff0fc527b6d1298"}],"reasonCode":"test","seq":4,"type":"refund","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'expireGrant',
    'b3cbe3e4b10ec82e192ac0ac9c4e6e37',
    'ab2fb2c764aed6ea8d244a86290885321e8058f788e5e648e07b19522dad2611',
    '{"actor":{"kind":"time","pseudonym":"time"},"balanceAfter":{"available":0,"debt":0,"held":0},"chain":"main","createdAt":1700092800000,"effectiveAt":1700092800000,"env":"local/(default)","fingerprint":"856456e6ac8ce27645e0041736ea15d5f25efb82b2d409e3dc8797a2d438a29e","grantId":"e86867cee0a191463ff0fc527b6d1298","keyDigest":"b3cbe3e4b10ec82e192ac0ac9c4e6e37","postings":[{"account":"available","credits":-3,"grantId":"e86867cee0a191463ff0fc527b6d1298"},{"account":"expired","credits":3}],"seq":5,"type":"expireGrant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'grant',
    '9acbb55825e776216e8ba04e55230228',
    '7bc96d29adae1aeaa7729485acb099d23235bd454e3b49dd426ff7605174c478',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":9,"debt":0,"held":0},"chain":"main","createdAt":1700092800000,"effectiveAt":1700092800000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000004","grant":{"credits":9,"expiresAt":1700179200000,"kind":"plan","rollover":{"cap":4,"expiresAt":1700784000000},"source":"in_1"},"keyDigest":"9acbb55825e776216e8ba04e55230228","postings":[{"account":"issued","credits":-9},{"account":"available","credits":9,"grantId":"9acbb55825e776216e8ba04e55230228"}],"reasonCode":"test","seq":6,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'refund',
    'e5cf50941a543982cd2e20236e050ebe',
    'ef8bd5cd3e76524a21e27911f3c9f9f87969f24beb3e1e4f2bfb7c62007da048',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":13,"debt":0,"held":0},"chain":"main","chargeId":"6457b5af0878ba859065137e77e0f9b8","createdAt":1700092800000,"credits":4,"effectiveAt":1700092800000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000006","grant":{"credits":4,"expiresAt":1700697600000,"kind":"bonus","source":"refund"},"keyDigest":"e5cf50941a543982cd2e20236e050ebe","operation":"narration","postings":[{"account":"consumed","credits":-4},{"account":"available","credits":4,"grantId":"e5cf50941a543982cd2e20236e050ebe"}],"reasonCode":"test","seq":7,"type":"refund","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'rollover',
    '51ce0d97a897f67be457ddb117f5c781',
    '494632f19b5ce48dda02a105cd99a9437262e0694ad897eacd784fc7f85db2ec',
    '{"actor":{"kind":"time","pseudonym":"time"},"balanceAfter":{"available":8,"debt":0,"held":0},"chain":"main","createdAt":1700179200000,"effectiveAt":1700179200000,"env":"local/(default)","fingerprint":"cf807873849c1a8a70b38d54f95f2bb03c09f7047f0601d1b987eb622216719d","grant":{"credits":4,"expiresAt":1700784000000,"kind":"plan","source":"rollover"},"grantId":"9acbb55825e776216e8ba04e55230228","keyDigest":"51ce0d97a897f67be457ddb117f5c781","postings":[{"account":"available","credits":-9,"grantId":"9acbb55825e776216e8ba04e55230228"},{"account":"available","credits":4,"grantId":"51ce0d97a897f67be457ddb117f5c781"},{"account":"expired","credits":5}],"seq":8,"type":"rollover","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'grant',
    '1f011546f606a645cd1fa94a8e526830',
    'f3a8765bfb345b9a9de60b72f920b6508537c0e4313d91323b07d617aa9f4992',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":18,"debt":0,"held":0},"chain":"main","createdAt":1700179200000,"effectiveAt":1700179200000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000007","grant":{"credits":10,"kind":"purchase","source":"pi_1"},"keyDigest":"1f011546f606a645cd1fa94a8e526830","paid":{"amountMinor":500,"currency":"eur"},"paymentId":"pi_1","postings":[{"account":"issued","credits":-10},{"account":"available","credits":10,"grantId":"1f011546f606a645cd1fa94a8e526830"}],"reasonCode":"test","seq":9,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'clawback',
    '1396df51a8e0f398691aa11f6b6661a8',
    'ca5fcae26c20e83851f1c9ce0166b8e6ac36217af4d13ad4ed81c1f9a5d308a4',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":11,"debt":0,"held":0},"chain":"main","createdAt":1700179200000,"credits":7,"effectiveAt":1700179200000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000009","keyDigest":"1396df51a8e0f398691aa11f6b6661a8","paymentId":"pi_1","postings":[{"account":"clawedBack","credits":7},{"account":"available","credits":-7,"grantId":"1f011546f606a645cd1fa94a8e526830"}],"reasonCode":"test","seq":10,"type":"clawback","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reinstate',
    '327ccf04cd777ee2c7345f36cdc2f490',
    '2202c4c6ca46d8d14b14af24b208c96c97d4900655431f1efb980f2bb23a1a56',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":15,"debt":0,"held":0},"chain":"main","createdAt":1700179200000,"credits":4,"effectiveAt":1700179200000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000010","keyDigest":"327ccf04cd777ee2c7345f36cdc2f490","paymentId":"pi_1","postings":[{"account":"clawedBack","credits":-4},{"account":"available","credits":4,"grantId":"1f011546f606a645cd1fa94a8e526830"}],"reasonCode":"test","seq":11,"type":"reinstate","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'grant',
    '3bc156d680a4ba6730927d049b6bf29b',
    'a250f7a0f347c5ddef55ebc3710b8cd10870340160cba0d35d5ef2c6a1135a5b',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":21,"debt":0,"held":0},"chain":"main","createdAt":1700179200000,"effectiveAt":1700179200000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000011","grant":{"credits":6,"expiresAt":1700265600000,"kind":"plan","source":"in_2"},"keyDigest":"3bc156d680a4ba6730927d049b6bf29b","paymentId":"in_2","postings":[{"account":"issued","credits":-6},{"account":"available","credits":6,"grantId":"3bc156d680a4ba6730927d049b6bf29b"}],"reasonCode":"test","seq":12,"type":"grant","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'clawback',
    '3e870e601308f9f74f55fe1f9b80805e',
    'a6743e2295503af0109203706f5f18a3ef2813bfcc14595ae8c57d71998ceb71',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":15,"debt":0,"held":0},"chain":"main","createdAt":1700179200000,"credits":6,"effectiveAt":1700179200000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000011","keyDigest":"3e870e601308f9f74f55fe1f9b80805e","paymentId":"in_2","postings":[{"account":"clawedBack","credits":6},{"account":"available","credits":-6,"grantId":"3bc156d680a4ba6730927d049b6bf29b"}],"reasonCode":"test","seq":13,"type":"clawback","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
  ],
  [
    'reinstate',
    'e707decdf8f05f21f536f30bf805953f',
    'e950b482d1f81f995a6d21583bba991c3579da9b7b54fc9c3b756f6f4395a02b',
    '{"actor":{"kind":"service","pseudonym":"00112233445566778899aabbccddeeff"},"balanceAfter":{"available":20,"debt":0,"held":0},"chain":"main","createdAt":1700352000000,"credits":5,"effectiveAt":1700352000000,"env":"local/(default)","fingerprint":"0000000000000000000000000000000000000000000000000000000000000013","grant":{"credits":5,"expiresAt":1700956800000,"kind":"plan","source":"reinstate"},"keyDigest":"e707decdf8f05f21f536f30bf805953f","paymentId":"in_2","postings":[{"account":"clawedBack","credits":-5},{"account":"available","credits":5,"grantId":"e707decdf8f05f21f536f30bf805953f"}],"reasonCode":"test","seq":14,"type":"reinstate","unit":"credit","v":1,"walletId":"mfrggzdfmztwq2lkmfrggzdfmz"}',
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

  it('show what the other golden files do not: what returns, with and without a grant of its own, and payments', () => {
    const bodies = chain().map(parseEntry);
    const shown = new Set(bodies.map(({ type, grant }) => `${type}${grant === undefined ? '' : ' with a grant'}`));
    const types = ['refund', 'refund with a grant', 'clawback', 'reinstate', 'reinstate with a grant'];
    expect([...shown]).toEqual(expect.arrayContaining([...types, 'rollover with a grant']));
    for (const field of ['mergedInto', 'rollover'] as const)
      expect(bodies.some(({ type, grant }) => type === 'grant' && grant?.[field] !== undefined)).toBe(true);
    expect(bodies.some(({ type, paymentId, paid }) => type === 'grant' && paymentId && paid)).toBe(true);
    expect(bodies.some(({ chargeId }) => chargeId !== undefined)).toBe(true);
  });
});
