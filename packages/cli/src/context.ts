import type { Readable, Writable } from 'node:stream'
import type { styleText } from 'node:util'
import type { Config } from './config/config.ts'
import type { Credentials } from './config/credentials.ts'
import type { ExitCode } from './errors.ts'
import type { CommandName, specs } from './specs/index.ts'
import type { ArgumentsOf, FlagsOf } from './specs/spec.ts'
import type { Line } from './terminal/span.ts'

/** The flags that every command has (cli.md 1). `--org` and `--api-url` reach commands through the configuration. */
export interface GlobalFlags {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly yes: boolean
}

/** Where text goes, with what may be done there. */
export interface Terminal {
  readonly stream: Writable
  readonly isTerminal: boolean
  /** `--color`, `NO_COLOR` and what the stream is, already decided. */
  readonly color: boolean
  /** Width in columns now; 80 where there is no terminal. */
  columns(): number
  /** The text in this style (`'bold'`, `['red', 'bold']`) where colour is allowed, else as it is. */
  style(style: Parameters<typeof styleText>[0], text: string): string
}

export interface Output {
  readonly stdout: Terminal
  readonly stderr: Terminal
  /**
   * One line of data to stdout: a text as it is, which a terminal is kept from acting upon, or a line with styles. Resolves when the stream takes
   * more: await it in loops, and a slow reader slows you.
   */
  print(line: string | Line): Promise<void>
  /** One JSON document to stdout: what every query prints with `--json`. */
  json(document: unknown): Promise<void>
  /** Talk, to stderr; not with `-q`. Whatever the text has in it, it is no command to a terminal; the same goes for the next two. */
  say(line: string): void
  /** To stderr, also with `-q`. */
  warn(line: string): void
  /** To stderr with `-v`; into the trace file with `HM_DEBUG=trace`. Never a secret. */
  debug(line: string): void
}

interface Question<T> {
  readonly message: string
  /** Taken without asking where there is no terminal, and with `--yes`; without one the command fails and names the flag. */
  readonly default?: T
  /** What answers it on the command line, for the error: `--pipeline SLUG`. */
  readonly flag: string
}

/** Questions to the user, on stderr. Each rejects with exit 2 where nobody can answer and 130 on Ctrl-C. */
export interface Questions {
  /** Whether anybody would be asked: a terminal, and no `--yes`. */
  readonly possible: boolean
  confirm(question: Question<boolean>): Promise<boolean>
  text(question: Question<string> & { readonly validate?: (text: string) => string | undefined }): Promise<string>
  select(question: Question<string> & { readonly options: readonly Choice[] }): Promise<string>
  /** What is typed is not shown. */
  secret(question: Question<never>): Promise<string>
}

export interface Choice {
  readonly value: string
  readonly label: string
  readonly hint?: string
}

/** Everything that a command may touch of the world outside. */
export interface Context<Name extends CommandName = CommandName> {
  readonly flags: FlagsOf<(typeof specs)[Name]>
  readonly args: ArgumentsOf<(typeof specs)[Name]>
  readonly global: GlobalFlags
  readonly env: Readonly<Record<string, string | undefined>>
  /** The project: `-d`, else the current directory; absolute, and a directory. */
  readonly directory: string
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly output: Output
  readonly ask: Questions
  /** Aborted by the first Ctrl-C, SIGTERM, SIGHUP and the launcher's death; its reason is an HmError with exit 130 or 143. */
  readonly signal: AbortSignal
  /**
   * Called at the second Ctrl-C with what a command has to do before the process leaves at once (exit 130): synchronous work only.
   * Gives the function that takes it back.
   */
  onSecondInterrupt(action: () => void): () => void
  /** All layers (5.3), read once; rejects with exit 2 at a malformed file or value. */
  config(): Promise<Config>
  credentials(): Promise<Credentials>
  /** `HM_CACHE_DIR`, `$XDG_CACHE_HOME/hm` or `~/.cache/hm`; may not exist yet. */
  readonly cacheDirectory: string
}

/** What a command's module exports as `run`. Gives the exit code; throws HmError for what the user can act on. */
export type Handler<Name extends CommandName> = (context: Context<Name>) => Promise<ExitCode>
