/** The kinds of values that completion offers. */
export type Completion =
  | 'pipeline'
  | 'step'
  | 'pipeline-or-step'
  | 'build'
  | 'config-key'
  | 'command'
  | 'file'
  | 'directory'

interface FlagBase {
  /** One line without a full stop, for the help text. */
  readonly summary: string
  /** A single letter: `-b`. */
  readonly short?: string
  /** Alternative names in kebab-case; a single letter is a short flag: `-C`. */
  readonly also?: readonly string[]
}

interface ValueFlagBase extends FlagBase {
  /** The value's name in the help text, in capitals. */
  readonly value: string
  readonly complete?: Completion
  /** May be repeated; the command receives a list. */
  readonly multiple?: true
}

export type FlagSpec =
  | (FlagBase & { readonly kind: 'boolean' })
  | (ValueFlagBase & {
      readonly kind: 'string'
      readonly choices?: readonly string[]
      /**
       * The value is optional (`--no-cache`, `--no-cache=KEY`); without it the command receives
       * `true`.
       */
      readonly optional?: true
    })
  | (ValueFlagBase & { readonly kind: 'integer'; readonly min: number })
  /** `90s`, `5m`, `1h30m`: the command receives milliseconds. */
  | (ValueFlagBase & { readonly kind: 'duration' })
  /**
   * `NAME=VALUE`, split at the first `=`. With `bare`, NAME alone is allowed and its value is
   * undefined.
   */
  | (ValueFlagBase & { readonly kind: 'pair'; readonly bare?: true })

interface ArgumentSpec {
  readonly summary: string
  readonly required?: true
  /** Takes all remaining words; allowed for the last argument only. */
  readonly multiple?: true
  /** Its first word ends the flags of `hm`; allowed for the last argument only. */
  readonly verbatim?: true
  readonly choices?: readonly string[]
  readonly complete?: Completion
}

/**
 * A declarative command description. Parsing, help and completion use it, so that none of them
 * loads the command.
 */
export interface CommandSpec {
  /** One line without a full stop, for the list of commands. */
  readonly summary: string
  /** Positional arguments in order, named in camelCase. */
  readonly args?: Readonly<Record<string, ArgumentSpec>>
  /** Named in camelCase: `keepGoing` is `--keep-going`. */
  readonly flags?: Readonly<Record<string, FlagSpec>>
  /** Paragraphs for the command's own help text, after its summary. */
  readonly about?: readonly string[]
  /** A command line and its effect. */
  readonly examples?: readonly (readonly [line: string, what: string])[]
  /**
   * The command line that pipes its secret on stdin. Text on the command line in place of the pipe
   * may be the secret, and is never repeated.
   */
  readonly piped?: string
  /** Prints one JSON document with `--json`. */
  readonly query?: true
  /**
   * Whether it runs or follows a build. It is terminated as by SIGTERM when its reader leaves,
   * while other commands just exit.
   */
  readonly runs?: true
  /** The project is the current directory, even below another project's `.hm`. */
  readonly here?: true
  /** Hides the command from lists and completions. */
  readonly hidden?: true
}

export interface Pair {
  readonly name: string
  readonly value: string
}

export interface BarePair {
  readonly name: string
  readonly value: string | undefined
}

type Single<F> = F extends { kind: 'integer' | 'duration' }
  ? number
  : F extends { kind: 'pair'; bare: true }
    ? BarePair
    : F extends { kind: 'pair' }
      ? Pair
      : F extends { choices: readonly (infer C)[] }
        ? C
        : F extends { optional: true }
          ? string | true
          : string

type FlagValue<F> = F extends { kind: 'boolean' }
  ? boolean
  : F extends { multiple: true }
    ? readonly Single<F>[]
    : Single<F> | undefined

type ArgumentValue<A> = A extends { multiple: true }
  ? readonly string[]
  : A extends { choices: readonly (infer C)[]; required: true }
    ? C
    : A extends { required: true }
      ? string
      : string | undefined

/** A command's flags as it receives them: false, undefined or an empty list for absent flags. */
export type FlagsOf<S> = S extends { flags: infer F } ? { readonly [K in keyof F]: FlagValue<F[K]> } : object

/** A command's positional arguments as it receives them. */
export type ArgumentsOf<S> = S extends { args: infer A } ? { readonly [K in keyof A]: ArgumentValue<A[K]> } : object
