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
  /** Other names that mean the same, in kebab-case; one letter is a short one: `-C`. */
  readonly also?: readonly string[]
}

interface ValueFlagBase extends FlagBase {
  /** The value's name in the help text, in capitals. */
  readonly value: string
  readonly complete?: Completion
  /** May be given several times; the command gets a list. */
  readonly multiple?: true
}

export type FlagSpec =
  | (FlagBase & { readonly kind: 'boolean' })
  | (ValueFlagBase & {
      readonly kind: 'string'
      readonly choices?: readonly string[]
      /**
       * The value may be left out (`--no-cache`, `--no-cache=KEY`); the command then gets `true`.
       */
      readonly optional?: true
    })
  | (ValueFlagBase & { readonly kind: 'integer'; readonly min: number })
  /** `90s`, `5m`, `1h30m`: the command gets milliseconds. */
  | (ValueFlagBase & { readonly kind: 'duration' })
  /**
   * `NAME=VALUE`, split at the first `=`. With `bare`, NAME alone is allowed and its value is
   * undefined.
   */
  | (ValueFlagBase & { readonly kind: 'pair'; readonly bare?: true })

interface ArgumentSpec {
  readonly summary: string
  readonly required?: true
  /** Takes all that is left; only the last argument may. */
  readonly multiple?: true
  /** Ends the flags of `hm` at its first word; for the last argument only. */
  readonly verbatim?: true
  readonly choices?: readonly string[]
  readonly complete?: Completion
}

/**
 * A command as data. Parsing, help and completion read it, so that none of them loads the command.
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
   * The way to pipe its secret. Text on the command line in its place may be the secret, and is
   * never repeated.
   */
  readonly piped?: string
  /** Prints one JSON document with `--json`. */
  readonly query?: true
  /**
   * Runs or follows a build. It ends as at SIGTERM when its reader leaves, while other commands
   * just exit.
   */
  readonly runs?: true
  /** The project is the current directory, also below another project's `.hm`. */
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

/** A command's flags as it gets them: false, undefined or an empty list where none was given. */
export type FlagsOf<S> = S extends { flags: infer F } ? { readonly [K in keyof F]: FlagValue<F[K]> } : object

/** A command's positional arguments as it gets them. */
export type ArgumentsOf<S> = S extends { args: infer A } ? { readonly [K in keyof A]: ArgumentValue<A[K]> } : object
