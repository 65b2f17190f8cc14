/** Log lines as Cloud Logging reads them, and what must not stand in them. */
import { describe, expect, it } from '@jest/globals';
import { newTrace, readTrace, traceFields, traceHeaders, withTrace } from './http/trace.ts';
import { createLog } from './logging.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(
    createLog({
      service: 'credits',
      revision: 'credits-1',
      level: 'debug',
      destination: { write: (line) => void lines.push(line) },
    }),
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('logs', () => {
  it('have severity, message, time and the service', () => {
    const lines = logged((log) => {
      for (const level of ['debug', 'info', 'warn', 'error', 'fatal'] as const) log[level]({ a: 1 }, level);
    });
    expect(lines.map(({ severity }) => severity)).toEqual(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']);
    expect(lines[0]).toMatchObject({
      message: 'debug',
      a: 1,
      serviceContext: { service: 'credits', version: 'credits-1' },
    });
    expect(new Date(lines[0]?.['time'] as string).getTime()).toBeGreaterThan(0);
    expect(lines[0]).not.toHaveProperty('level');
  });

  it('end at an error that is its own cause', () => {
    const error = new Error('outer');
    error.cause = new Error('inner', { cause: error });
    const [line] = logged((log) => log.error({ error }, 'failed'));
    expect(line).toMatchObject({ error: { message: 'outer', cause: { message: 'inner' } } });
  });

  it('keep of an error its name, message, stack, code and cause, and nothing else that it carries', () => {
    const cause = new Error('inner');
    const error = Object.assign(new Error('outer', { cause }), {
      code: 14,
      config: { headers: { authorization: 'Bearer secret' } },
    });
    const [line] = logged((log) => log.error({ error }, 'failed'));
    expect(line).toMatchObject({ error: { name: 'Error', message: 'outer', code: 14, cause: { message: 'inner' } } });
    expect(JSON.stringify(line)).not.toContain('secret');
  });
});

describe('traces', () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

  it('are read from traceparent and from X-Cloud-Trace-Context, and joined to logs', () => {
    const trace = readTrace({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    expect(trace).toEqual({ traceId, spanId: '00f067aa0ba902b7', sampled: true });
    expect(readTrace({ 'x-cloud-trace-context': `${traceId}/255;o=1` })).toEqual({
      traceId,
      spanId: '00000000000000ff',
      sampled: true,
    });
    expect(traceFields(trace ?? newTrace(), 'p')).toEqual({
      'logging.googleapis.com/trace': `projects/p/traces/${traceId}`,
      'logging.googleapis.com/spanId': '00f067aa0ba902b7',
      'logging.googleapis.com/trace_sampled': true,
    });
  });

  it.each([
    '',
    'x',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`,
  ])('are not taken from %p', (traceparent) => {
    expect(readTrace({ traceparent })).toBeUndefined();
  });

  it('go on in calls to other services, and only inside a request', async () => {
    expect(traceHeaders()).toEqual({});
    const trace = { traceId, spanId: '00f067aa0ba902b7', sampled: true };
    const headers = await withTrace(trace, async () => {
      await Promise.resolve();
      return traceHeaders();
    });
    expect(headers).toEqual({ traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
  });
});
