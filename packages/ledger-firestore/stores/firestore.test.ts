// One attempt a commit, and a deadline that the server is told: what a status means for exactness rests on both.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Connection } from '../firestore/connection.ts';
import { StoreUnavailable, UnknownOutcome } from '../port.ts';
import { commitOf, emptyWallet, grant } from '../testing/commands.ts';
import { startGrpcServer, type GrpcServer } from '../testing/grpc-server.ts';
import { FirestoreStore } from './firestore.ts';

jest.setTimeout(60_000); // the generated client is large to load, on a shared machine

const environment = { ...process.env };
const commit = commitOf(emptyWallet('w'), '1.0', [grant('g', 1)], 1_800_000_000_000);
const ample = 30_000;

describe('FirestoreStore on a server of our own:', () => {
  let server: GrpcServer;
  let connection: Connection;
  let store: FirestoreStore;

  beforeAll(() => {
    process.env['METADATA_SERVER_DETECTION'] = 'none';
  });
  beforeEach(async () => {
    server = await startGrpcServer();
    process.env['FIRESTORE_EMULATOR_HOST'] = server.host;
    connection = new Connection({ projectId: 'p', databaseId: 'd' });
    store = new FirestoreStore(connection);
  });
  afterEach(async () => {
    await connection.close();
    await server.close();
  });
  afterAll(() => {
    process.env = environment;
  });

  it.each([8, 10, 14, 4, 13])('a commit that is answered %i is not sent again', async (status) => {
    server.answer(status);
    await expect(store.commit([commit], ample)).rejects.toBeInstanceOf(UnknownOutcome);
    expect(server.calls.map((call) => call.method)).toEqual(['Commit']);
  });

  it('a read that is answered 14 is sent again, a few times; a missing role is not', async () => {
    server.answer(14);
    await expect(store.load('w', ample)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(server.calls).toHaveLength(3);
    server.answer(7);
    await expect(store.find('w', ['0'.repeat(32)], ample)).rejects.toMatchObject({ code: 7 });
    expect(server.calls).toHaveLength(4);
  });

  it('a commit that nobody answers is unknown at its deadline, and the server has been told both', async () => {
    server.answer(14);
    await expect(store.load('w', ample)).rejects.toBeInstanceOf(StoreUnavailable); // the channel is open now
    server.answer(undefined);
    await expect(store.commit([commit], 300)).rejects.toBeInstanceOf(UnknownOutcome);
    const call = server.calls.at(-1)!;
    expect(call.method).toBe('Commit');
    expect(call.headers['grpc-timeout']).toMatch(/^[1-9]\d{0,2}m$/); // at most 300 ms
    await call.over; // given up on the wire as well
    await expect(store.load('w', 300)).rejects.toBeInstanceOf(StoreUnavailable);
    await server.calls.at(-1)!.over;
    expect(server.calls).toHaveLength(5);
  });

  it('names the database to whoever routes by it', async () => {
    server.answer(9);
    await expect(store.commit([commit], ample)).rejects.toThrow();
    expect(server.calls[0]!.headers).toMatchObject({
      'google-cloud-resource-prefix': 'projects/p/databases/d',
      'x-goog-request-params': 'database=projects%2Fp%2Fdatabases%2Fd',
      authorization: 'Bearer owner',
    });
  });

  it('a commit on a closed connection was never sent, and says so', async () => {
    await connection.close();
    await expect(store.commit([commit], ample)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(server.calls).toEqual([]);
  });
});
