/** The same work for everybody. A peer does those that it can. */
export const works = {
  one: 'one `true`',
  hundred: '100 independent `true`',
  thousand: '1,000 independent `true`',
  chain: 'a chain of 50 `true`, each on the files of the one before where files are isolated',
  forks: 'ten children of a parent with 100,000 files of 20 kB, the parent made before',
  unchanged: 'a second run over 3,000 files of which none changed',
  firstLine: 'from the trigger to the first line of output at who asked',
  queued: '200 builds of one `true`, queued at once, to the end of the last',
  log: '100 MB of log, from the trigger to the whole of it at who asked',
  start: 'start of the server or daemon, to its first answer',
} as const

export type Work = keyof typeof works

/** Does a work once. Returns the milliseconds, where they are not those of the whole call. */
export type Once = () => Promise<number | undefined>

/** A peer that is ready. */
export interface Opened extends AsyncDisposable {
  readonly version: string
  /** Prepares a work in an empty folder of its own. */
  readonly works: Partial<Readonly<Record<Work, (folder: string) => Promise<Once>>>>
  /** Processes that stay: a server's or daemon's, with their children. */
  readonly stays?: readonly number[]
}

export interface Peer {
  readonly name: string
  /** Whether it only runs commands: what anything else is compared with. */
  readonly isFloor?: true
  /** Names what a step cannot see or change of others. */
  readonly isolates: string
  /** Makes it ready below an empty folder. Throws what keeps it from that. */
  open(folder: string): Promise<Opened>
}

/** Nothing to close. */
export const nothing = { [Symbol.asyncDispose]: async () => {} }
