// What a contract says is what the document says, and a contract that cannot be described is refused.
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineContract } from '../http/contract.ts';
import { openApiFaults } from '../testing/openapi-faults.ts';
import { openApi } from './document.ts';
import { tunes, getSound, listTunes, patchTune, postTune } from './testing/contracts.ts';
import type { OpenApiDocument, Operation } from './types.ts';

const document = openApi({ service: 'narrate', contracts: tunes });
const { components } = document;
const list = document.paths['/v1/tunes']!['get']!;
const post = document.paths['/v1/tunes']!['post']!;
const patch = document.paths['/v1/tunes/{tuneId}']!['patch']!;
const sound = document.paths['/v1/tunes/{tuneId}/sound']!['get']!;

/** The codes that a route can answer, as the document says it. */
const codesOf = ({ responses }: Operation): string[] =>
  Object.values(responses).flatMap((response) => {
    if (!('$ref' in response)) return [];
    const found = components.responses[response.$ref.split('/').at(-1)!]!;
    return Object.keys(found.content['application/problem+json']!.examples!);
  });

describe('the document', () => {
  it('has no fault', () => {
    expect(openApiFaults(document)).toEqual([]);
  });

  it('names operations by method and path, one of a collection in the singular', () => {
    expect([list, post, patch, sound].map(({ operationId }) => operationId)).toEqual([
      'getTunes',
      'postTunes',
      'patchTune',
      'getTuneSound',
    ]);
  });

  it('says who may call', () => {
    expect(list.security).toEqual([{}]);
    expect(post.security).toEqual([{ userToken: [] }, { userToken: [], serviceToken: [] }]);
    expect(patch.security).toEqual([{ userToken: ['admin'] }, { serviceToken: [] }]);
    expect(components.securitySchemes['serviceToken']).toMatchObject({ type: 'apiKey', name: 'Service-Authorization' });
    expect(components.securitySchemes['userToken']).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  it('names security schemes only where a route takes them', () => {
    expect(openApi({ service: 'narrate', contracts: [listTunes] }).components.securitySchemes).toEqual({});
    expect(Object.keys(openApi({ service: 'narrate', contracts: [getSound] }).components.securitySchemes)).toEqual([
      'userToken',
    ]);
  });

  it('asks for the Idempotency-Key, and tells of replays, where the contract does', () => {
    expect(post.parameters).toEqual([{ $ref: '#/components/parameters/Idempotency-Key' }]);
    expect(post.responses['201']).toMatchObject({ headers: { 'Idempotent-Replayed': expect.anything() } });
    expect(patch.parameters).toMatchObject([{ name: 'tuneId', in: 'path', required: true }]);
    expect(patch.responses['200']).not.toMatchObject({ headers: { 'Idempotent-Replayed': expect.anything() } });
  });

  it('takes the key’s form from the check itself', () => {
    const { schema } = components.parameters['Idempotency-Key']!;
    expect(schema).toMatchObject({ minLength: 1, maxLength: 255 });
    const pattern = new RegExp(schema.pattern!);
    expect([pattern.test('a-B~!'), pattern.test('a b'), pattern.test('ä')]).toEqual([true, false, false]);
  });

  it('lists query parameters with their description', () => {
    expect(list.parameters).toMatchObject([
      { name: 'cursor', in: 'query', required: false, description: 'From the page before, `<b>` & all.' },
    ]);
  });

  it('requires a body unless {} would do', () => {
    expect([post.requestBody?.required, patch.requestBody?.required]).toEqual([true, false]);
  });

  it('shows what the client sends: a field with a default may stay away', () => {
    const schema = post.requestBody!.content['application/json']!.schema!;
    expect(schema.required).toEqual(['mood', 'words']);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties!['bars']).toEqual({ type: 'integer', minimum: 1, maximum: 64, default: 8 });
  });

  it('says an object once that stands in several places, and keeps what a place says of it', () => {
    expect(Object.keys(components.schemas).sort()).toEqual(['Problem', 'Tune']);
    const reference = { $ref: '#/components/schemas/Tune' };
    expect(post.requestBody!.content['application/json']!.schema!.properties!['from']).toEqual(reference);
    expect(post.responses['201']).toMatchObject({
      content: {
        'application/json': { schema: { properties: { tune: { ...reference, description: 'As it was made.' } } } },
      },
    });
    expect(patch.responses['200']).toMatchObject({ content: { 'application/json': { schema: reference } } });
    expect(list.responses['200']).toMatchObject({
      content: { 'application/json': { schema: { properties: { tunes: { items: reference } } } } },
    });
  });

  it('gives bytes their content type and no schema', () => {
    expect(sound.responses['200']).toMatchObject({ content: { 'audio/wav': {} } });
  });

  it('lists every code of a route, those that every route can answer included', () => {
    expect(codesOf(post)).toEqual([
      'VALIDATION_FAILED',
      'UNAUTHENTICATED',
      'INSUFFICIENT_CREDITS',
      'FORBIDDEN',
      'WALLET_FROZEN',
      'PAYLOAD_TOO_LARGE',
      'UNSUPPORTED_MEDIA_TYPE',
      'DUPLICATE_OPERATION',
      'HOLD_LIMIT',
      'INTERNAL',
      'OVERLOADED',
    ]);
  });

  it('promises no refusal of a token where none is looked at', () => {
    expect(codesOf(list)).toEqual(['VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'INTERNAL']);
  });

  it('shows problems as they are sent, with their own members', () => {
    expect(components.examples['INSUFFICIENT_CREDITS']!.value).toEqual({
      type: '/problems/insufficient-credits',
      title: 'Not enough credits',
      status: 402,
      detail: 'Not enough credits',
      code: 'INSUFFICIENT_CREDITS',
      retryable: true,
      retrySameKey: true,
      required: 5,
      available: 2,
    });
    expect(Object.keys(components.responses['HOLD_LIMIT']!.headers!)).toContain('Retry-After');
    expect(Object.keys(components.responses['UNAUTHENTICATED']!.headers!)).toContain('WWW-Authenticate');
  });
});

describe('a contract that cannot be described is refused:', () => {
  const contract = (more: object) =>
    defineContract({
      method: 'GET',
      path: '/v1/tunes/:tuneId',
      summary: 'A tune',
      principals: ['any'],
      params: z.strictObject({ tuneId: z.string() }),
      responses: { 200: z.strictObject({}) },
      errors: [],
      ...more,
    });

  it.each([
    ['a path parameter that no schema declares', [contract({ params: undefined })], /declares the parameters \[\]/],
    ['a parameter that the path has not', [contract({ path: '/v1/tunes' })], /declares the parameters \["tuneId"\]/],
    ['a pattern in the path', [contract({ path: '/v1/*rest' })], /no form in OpenAPI/],
    ['two routes of one name', [contract({}), contract({})], /two routes have the operation id getTune/],
    [
      'a pattern without an example',
      [contract({ responses: { 200: z.strictObject({ a: z.string().regex(/^z{7}$/) }) } })],
      /give the field with the pattern/,
    ],
    [
      'a component that takes the name of the error answer',
      [contract({ responses: { 200: twice(z.strictObject({ a: z.int() })) } })],
      /name of the error answer/,
    ],
    [
      'an id of its own',
      [contract({ responses: { 200: z.strictObject({ a: z.strictObject({}).meta({ id: 'Own' }) }) } })],
      /Give objects no `id`/,
    ],
  ])('%s', (_, contracts, message) => {
    expect(() => openApi({ service: 'narrate', contracts })).toThrow(message);
  });

  function twice(problem: z.ZodType): z.ZodType {
    return z.strictObject({ a: z.strictObject({ problem }), b: z.strictObject({ problem }) });
  }
});

describe('what finds faults in documents', () => {
  // Documents are read-only and known; what spoils one is neither.
  /* eslint-disable @typescript-eslint/no-explicit-any */
  /** A copy of the document, spoilt. */
  const spoilt = (spoil: (copy: any) => void): OpenApiDocument => {
    const copy: unknown = structuredClone(document);
    spoil(copy);
    return copy as OpenApiDocument;
  };

  it.each<[string, (copy: any) => void, RegExp]>([
    ['a reference that leads nowhere', (d) => delete d.components.schemas.Tune, /Tune leads nowhere/],
    ['a component that nobody uses', (d) => (d.components.schemas.Alone = {}), /Alone is not used/],
    ['an operation id used twice', (d) => (d.paths['/v1/tunes'].get.operationId = 'postTunes'), /stands twice/],
    ['a path parameter not declared', (d) => delete d.paths['/v1/tunes/{tuneId}'].patch.parameters, /differ/],
    ['a response without a description', (d) => (d.paths['/v1/tunes'].get.responses['200'].description = ''), /no des/],
    ['a response without content', (d) => (d.paths['/v1/tunes'].get.responses['200'].content = {}), /content type/],
    ['an unknown security scheme', (d) => (d.paths['/v1/tunes'].get.security = [{ magic: [] }]), /scheme magic/],
    [
      'an example that does not fit',
      (d) => (d.paths['/v1/tunes'].post.requestBody.content['application/json'].example.bars = 65),
      /example of body does not fit/,
    ],
    [
      'a 429 without Retry-After',
      (d) => delete d.components.responses.HOLD_LIMIT.headers['Retry-After'],
      /Retry-After/,
    ],
    ['a mark that was left', (d) => (d.components.schemas.Tune['x-zod-object'] = 1), /not what its JSON is/],
  ])('finds %s', (_, spoil, fault) => {
    expect(openApiFaults(spoilt(spoil))).toContainEqual(expect.stringMatching(fault));
  });
  /* eslint-enable @typescript-eslint/no-explicit-any */
});

it('is the same however often it is made', () => {
  const again = openApi({ service: 'narrate', contracts: [listTunes, postTune, patchTune, getSound] });
  expect(JSON.stringify(again)).toBe(JSON.stringify(document));
});
