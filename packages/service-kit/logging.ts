/**
 * Structured logs as Cloud Logging reads them from stdout: severity, message, time, trace. No personal data, no tokens:
 * headers and bodies are never logged, and the serializers drop what errors carry beside name, message and stack.
 * https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
 */
import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

export interface LogOptions {
  readonly service: string;
  readonly revision?: string | undefined;
  readonly level?: string | undefined;
  /** For tests; default stdout. */
  readonly destination?: DestinationStream;
}

const severities: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

export function createLog({ service, revision, level = 'info', destination }: LogOptions): Log {
  return pino(
    {
      level,
      base: { serviceContext: { service, ...(revision === undefined ? {} : { version: revision }) } },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: severities[label] ?? 'DEFAULT' }) },
      serializers: { error: (error: unknown) => errorFacts(error) },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}

/** Deeper causes are not told; an error may even be its own. */
const causesMax = 5;

/** Name, message, stack and code: nothing else that an error may carry (requests, tokens, rows). */
export function errorFacts(error: unknown, causesLeft = causesMax): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: typeof error === 'string' ? error : typeof error };
  const { code } = error as { code?: unknown };
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause === undefined || causesLeft === 0 ? {} : { cause: errorFacts(error.cause, causesLeft - 1) }),
  };
}
