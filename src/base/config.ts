import { z } from 'zod';

const text = z.string().trim().min(1).optional();
const flag = z
  .enum(['0', '1', 'true', 'false'])
  .optional()
  .transform((value) => (value === undefined ? undefined : value === '1' || value === 'true'));
const originsLike = (example: string) =>
  z
    .string()
    .optional()
    .transform((value) => (value ?? '').split(',').flatMap((origin) => origin.trim() || []))
    .refine((list) => list.every(isOrigin), `must be origins such as ${example}, separated by commas`);

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

const secret = z.string().min(32, 'must have at least 32 characters').optional();

const whole = (least: number, most: number, standard: number) =>
  z.coerce.number().int().min(least).max(most).default(standard);

const settings = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  HOST: z.string().trim().min(1).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(4000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  MONGODB_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must start with mongodb:// or mongodb+srv://')
    .optional(),
  DATABASE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,38}$/, 'must be 1 to 38 letters, digits, dashes or underscores')
    .default('activity_gateway'),
  DATA_DIR: z.string().trim().min(1).default('.data'),
  ENGINE: z.enum(['embedded', 'mongod']).optional(),
  TOKEN_SECRET: secret,
  SOURCE_SECRET_KEY: secret,
  SOURCE_SECRET_KEY_PREVIOUS: secret,
  ALLOWED_SOURCE_ORIGINS: originsLike('http://10.0.0.7:8080'),
  PULL_SOURCES: flag,
  ALLOWED_ORIGINS: originsLike('https://app.example.com'),
  ALLOWED_HOSTS: z
    .string()
    .optional()
    .transform((value) => (value ?? '').split(',').flatMap((host) => host.trim().toLowerCase() || [])),
  ANONYMOUS_WORKSPACE: text,
  METRICS_TOKEN: text,
  DEMO: flag,
  MAX_CONNECTIONS_PER_CREDENTIAL: whole(1, 1_000_000, 5_000),
  MAX_CONNECTIONS_OF_NOBODY: whole(0, 1_000_000, 100),
  MAX_OPERATIONS_PER_SOCKET: whole(1, 10_000, 100),
  MAX_SOCKET_MESSAGE_BYTES: whole(1024, 16 * 1024 * 1024, 1024 * 1024),
  MAX_UNSENT_BYTES: whole(1024, 64 * 1024 * 1024, 64 * 1024),
  SOCKET_INIT_TIMEOUT_MS: whole(100, 60_000, 3_000),
  PING_INTERVAL_MS: whole(1_000, 600_000, 15_000),
  SUBGRAPH: flag,
  MAX_EXPORTS: whole(1, 1_000, 8),
  TRUSTED_DOCUMENTS: z.enum(['only']).optional(),
  TRUSTED_DOCUMENTS_FILE: z.string().trim().min(1).default('schema/trusted-documents.json'),
  MAX_QUERY_TOKENS: whole(100, 100_000, 10_000),
  MAX_QUERY_DEPTH: whole(5, 100, 15),
  MAX_QUERY_ROOT_FIELDS: whole(1, 1_000, 25),
  MAX_QUERY_FIELDS: whole(200, 100_000, 1_000),
  MAX_QUERY_ALIASES: whole(1, 100_000, 100),
  MAX_QUERY_DIRECTIVES: whole(1, 10_000, 50),
  MAX_QUERY_COST: whole(100, 10_000_000, 20_000),
  MAX_COST_PER_MINUTE: whole(0, 1_000_000_000, 1_000_000),
  MAX_OPERATIONS_PER_CREDENTIAL: whole(1, 100_000, 500),
  OPERATION_TIMEOUT_MS: whole(100, 600_000, 30_000),
  INTROSPECTION: flag,
});

/** The name of every setting. */
export const settingNames: readonly string[] = Object.keys(settings.shape);

/** The gateway's settings, checked. Names are those of the environment. */
export type Config = z.output<typeof settings> & {
  /** An embedded engine with a demo workspace: the case without MONGODB_URL. */
  readonly demoMode: boolean;
};

/** Whether who asks may be told what an answer takes. */
export const isExplaining = ({ NODE_ENV }: Pick<Config, 'NODE_ENV'>): boolean => NODE_ENV !== 'production';

/** Whether a host name or address is this machine talking to itself. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?|\[?::ffff:127(\.\d{1,3}){3}\]?)$/i.test(host);

/** Settings that cannot be used, one line for each mistake, written for the person who set them. */
export class ConfigError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(`The settings cannot be used:\n${mistakes.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/**
 * Reads the settings from the environment.
 * @throws ConfigError with every mistake at once.
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  // An empty value in an .env file means "not set", and a blank one is no number either.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim() !== ''));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const config: Config = { ...parsed.data, demoMode: parsed.data.MONGODB_URL === undefined };
  const mistakes = config.demoMode ? demoMistakes(config) : serverMistakes(config);
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config;
}

function demoMistakes(config: Config): string[] {
  const mistakes: string[] = [];
  if (config.NODE_ENV === 'production') {
    mistakes.push('MONGODB_URL: is required with NODE_ENV=production (without it the gateway starts a demo)');
  }
  if (!isLoopback(config.HOST) && config.DEMO !== true) {
    mistakes.push(
      'HOST: a demo listens on a loopback address only; set MONGODB_URL, or DEMO=1 for a demo with random keys',
    );
  }
  return mistakes;
}

function serverMistakes(config: Config): string[] {
  const mistakes: string[] = [];
  if (config.DEMO === true) mistakes.push('DEMO: is for the embedded engine; unset it or MONGODB_URL');
  if (!config.TOKEN_SECRET) mistakes.push('TOKEN_SECRET: is required with MONGODB_URL (at least 32 random characters)');
  if (!config.SOURCE_SECRET_KEY) {
    mistakes.push('SOURCE_SECRET_KEY: is required with MONGODB_URL (at least 32 random characters)');
  }
  return mistakes;
}
