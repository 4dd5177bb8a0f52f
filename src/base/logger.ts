import { type Logger, pino } from 'pino';

export type { Logger };

/** Structured logs on standard output. Secrets never reach a log line: these paths are removed wherever they occur. */
export function createLogger(level: string): Logger {
  return pino({
    level,
    base: null,
    redact: { paths: ['authorization', '*.authorization', 'secret', '*.secret', 'token', '*.token'], remove: true },
  });
}

/** For tests and for tools whose output is for people. */
export const silentLogger: Logger = pino({ level: 'silent' });
