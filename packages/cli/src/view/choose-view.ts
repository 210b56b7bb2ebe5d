type Env = Readonly<Record<string, string | undefined>>

export type ViewKind = 'ndjson' | 'quiet' | 'lines' | 'tree'

interface Wishes {
  readonly env: Env
  /** `--format`, or `preferences.format`. */
  readonly format: string | undefined
  readonly logs: boolean
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** Of stderr. */
  readonly isTerminal: boolean
}

/** Which view of a run fits. `-v` prints between the events, which a tree would be torn by. */
export function chooseView({ env, format, logs, json, quiet, verbose, isTerminal }: Wishes): ViewKind {
  if (json || format === 'json') return 'ndjson'
  if (quiet) return 'quiet'
  if (logs || verbose || !isTerminal || isSet(env.CI) || env.TERM === 'dumb') return 'lines'
  return 'tree'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value)
}

/** Whether the terminal is told to be UTF-8: by the first locale variable that is set, as in POSIX. */
export function isUtf8(env: Env, platform: string): boolean {
  if (platform === 'win32') return true
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}
