/** The benchmarks, the same for every peer. A peer runs those that it supports. */
export const works = {
  one: 'one `true`',
  hundred: '100 independent `true`',
  thousand: '1,000 independent `true`',
  chain: 'a chain of 50 `true`, each on the files of the previous one where files are isolated',
  forks: 'ten children of an existing parent with 100,000 files of 20 kB',
  unchanged: 'a second run over 3,000 unchanged files',
  firstLine: 'from the trigger to the first line of output at the client',
  queued: '200 builds of one `true`, queued at once, to the end of the last',
  log: '100 MB of log, from the trigger to its last byte at the client',
  start: 'start of the server or daemon, to its first answer',
} as const

export type Work = keyof typeof works

/**
 * Runs a benchmark once. Returns the milliseconds if they differ from the duration of the whole
 * call.
 */
export type Once = () => Promise<number | undefined>

/** A running peer. */
export interface Opened extends AsyncDisposable {
  readonly version: string
  /** Prepares a benchmark in an empty folder. */
  readonly works: Partial<Readonly<Record<Work, (folder: string) => Promise<Once>>>>
  /** Processes that stay running: a server or daemon and its children. */
  readonly stays?: readonly number[]
}

export interface Peer {
  readonly name: string
  /** Whether it only runs commands, which makes it the baseline. */
  readonly isFloor?: true
  /** Describes the isolation of its steps. */
  readonly isolates: string
  /** Prepares it below an empty folder. Throws the reason if that fails. */
  open(folder: string): Promise<Opened>
}

/** Nothing to close. */
export const nothing = { [Symbol.asyncDispose]: async () => {} }
