// The test emulator itself: it is up, on the loopback, and knows who it is.
import { describe, expect, it } from '@jest/globals';

describe('the emulator of the test run', () => {
  it('answers on the loopback address that the tests are given', async () => {
    const host = process.env['FIRESTORE_EMULATOR_HOST'] ?? '';
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
    const answer = await fetch(`http://${host}/`);
    expect(answer.status).toBe(200);
    expect((await answer.text()).trim()).toBe('Ok');
  });
});
