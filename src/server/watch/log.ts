import { pino } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

// Says what happens: fields first, then a sentence that is always the same.
export type Log = Readonly<Record<LogLevel, (fields: object, message: string) => void>>

// What is never written, wherever somebody puts it. An address with its query may be a secret: log a path or a route.
const SECRET = ['authorization', 'cookie', '["set-cookie"]', '["x-gitlab-token"]', 'token', 'secret', 'password', 'url']
const within = (depth: number): string[] => SECRET.map((name) => `${'*.'.repeat(depth)}${name}`.replace('.[', '['))

// Lines of JSON on stderr. Each is written before the call returns: kill -9 loses none.
export function makeLog(level: LogLevel): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: [0, 1, 2].flatMap(within), censor: '«secret»' },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
