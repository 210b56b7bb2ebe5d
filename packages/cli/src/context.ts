import type { Readable } from 'node:stream'
import type { Config } from './config/config.ts'
import type { Credentials } from './config/credentials.ts'
import type { ExitCode } from './errors.ts'
import type { CommandName, specs } from './specs/index.ts'
import type { ArgumentsOf, FlagsOf } from './specs/spec.ts'
import type { Output } from './terminal/output.ts'
import type { Questions } from './terminal/questions.ts'

/**
 * The global flags of all commands (cli.md 1). `--org` and `--api-url` reach commands through the
 * configuration.
 */
export interface GlobalFlags {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  readonly yes: boolean
}

/** The external state that a command may access. */
export interface Context<Name extends CommandName = CommandName> {
  readonly flags: FlagsOf<(typeof specs)[Name]>
  readonly args: ArgumentsOf<(typeof specs)[Name]>
  readonly global: GlobalFlags
  readonly env: Readonly<Record<string, string | undefined>>
  /** The project directory: `-d`, else the current directory; absolute and existing. */
  readonly directory: string
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly output: Output
  readonly ask: Questions
  /**
   * Aborts at the first Ctrl-C, at SIGTERM and SIGHUP, and when the launcher dies. Its reason is an
   * HmError with exit 130 or 143.
   */
  readonly signal: AbortSignal
  /**
   * Registers synchronous work for the second Ctrl-C. The process then exits at once with exit 130.
   * Returns the function that unregisters it.
   */
  onSecondInterrupt(action: () => void): () => void
  /** Reads all layers (cli.md 3) once. Rejects with exit 2 for a malformed file or value. */
  config(): Promise<Config>
  credentials(): Promise<Credentials>
  /** `HM_CACHE_DIR`, `$XDG_CACHE_HOME/hm` or `~/.cache/hm`; may not exist yet. */
  readonly cacheDirectory: string
}

/** Runs a command and returns the exit code. Throws HmError for errors that the user can act on. */
export type Handler<Name extends CommandName> = (context: Context<Name>) => Promise<ExitCode>
