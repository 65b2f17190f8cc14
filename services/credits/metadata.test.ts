/** Metadata of a deduction: a few codes, logged beside the entry's id, and no part of the entry or of the request's identity. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLog } from '@reelbanana/service-kit';
import { expectProblem } from '@reelbanana/service-kit/testing';
import { deduct, give, read, speech } from './testing/story.ts';
import { startWorld, type World } from './testing/world.ts';

let world: World;
const lines: string[] = [];
beforeEach(async () => {
  lines.length = 0;
  const destination = { write: (line: string) => void lines.push(line) };
  world = await startWorld({ log: createLog({ service: 'credits', destination }) });
  await give(world, 10);
});
afterEach(() => world.close());

const job = { metadata: { job: 'render-7', 'scene.no': '12' } };

it('stands in the log beside the id of the entry, not in the entry', async () => {
  const { entryId } = await read(await deduct(world, { ...speech(1), ...job }, 'd'), 201);
  const logged = lines.map((line) => JSON.parse(line) as object);
  expect(logged).toContainEqual(expect.objectContaining({ severity: 'INFO', entryId, metadata: job.metadata }));
  expect(world.ledger.store.entries('wada').at(-1)?.body).not.toContain('render-7');
});

it('is no part of what a repeat must repeat', async () => {
  const first = await read(await deduct(world, { ...speech(1), ...job }, 'd'), 201);
  for (const more of [{}, { metadata: { job: 'render-8' } }]) {
    const again = await deduct(world, { ...speech(1), ...more }, 'd');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await read(again, 201)).toEqual(first);
  }
});

describe('metadata that is refused, with nothing charged', () => {
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`m${n}`, 'x']));
  it.each([
    ['a text', '"x"'],
    ['null', 'null'],
    ['an array', '["x"]'],
    ['a value that is null, as an undefined field becomes', '{"job":null}'],
    ['a number', '{"job":7}'],
    ['an object', '{"job":{"id":"7"}}'],
    ['free text', '{"job":"made for Ada"}'],
    ['an address', '{"job":"ada@example.com"}'],
    ['more than 64 characters', `{"job":"${'x'.repeat(65)}"}`],
    ['more than eight fields', JSON.stringify(many)],
    ['an empty name', '{"":"x"}'],
    ['a name that is no name', '{"a b":"x"}'],
    ['__proto__', '{"__proto__":"x"}'],
    ['constructor', '{"constructor":"x"}'],
  ])('%s', async (_what, metadata) => {
    const body = `{"operation":"narration","params":{"characters":1},"metadata":${metadata}}`;
    const problem = await expectProblem(await deduct(world, body, 'd'), 'VALIDATION_FAILED');
    expect((problem['errors'] as { path: string }[])[0]?.path).toMatch(/^body\.metadata/);
    expect(world.ledger.store.entries('wada')).toHaveLength(1);
  });
});
