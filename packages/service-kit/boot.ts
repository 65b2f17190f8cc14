/** The frame of a service's main.ts: a mistake in its configuration is one clear line, anything else keeps its stack. */
import { ConfigError } from './config.ts';
import { createLog, type Log } from './logging.ts';

/** Runs `main`; exits with 2 for a wrong configuration and 1 for any other failure. */
export function boot(service: string, main: (log: Log) => Promise<void>): void {
  const log = createLog({ service, revision: process.env['K_REVISION'], level: process.env['LOG_LEVEL'] });
  const stop = (error: unknown): void => {
    if (error instanceof ConfigError) {
      log.fatal(error.message);
      process.exit(2);
    }
    log.fatal({ error }, `${service} cannot go on`);
    process.exit(1);
  };
  process.on('uncaughtException', stop);
  process.on('unhandledRejection', stop);
  main(log).catch(stop);
}
