import { quoteValue } from '../../quote.ts'
import { countOr, flag, formOr, texts } from '../option-readers.ts'
import type { ActionOptions } from '../read-options.ts'

/** Options of cargo-hack for combinations of features. */
export interface FeaturePowersetOptions extends ActionOptions {
  /** Cargo's command for each combination; by default `check`. */
  readonly subcommand?: string
  /** The maximum number of features in a combination; by default 2. */
  readonly depth?: number
  /** Checks each feature alone, instead of combinations. */
  readonly eachFeature?: boolean
  /** Omits development dependencies; true by default. */
  readonly noDevDeps?: boolean
  readonly skip?: readonly string[]
  readonly includeFeatures?: readonly string[]
  readonly keepGoing?: boolean
  /** Further flags, not quoted. */
  readonly flags?: readonly string[]
}

export const powersetReaders = {
  subcommand: formOr(/^[a-z][a-z0-9-]*$/, 'a verb of cargo such as "check"', 'check'),
  depth: countOr(2),
  eachFeature: flag(false),
  noDevDeps: flag(true),
  skip: texts,
  includeFeatures: texts,
  keepGoing: flag(false),
  flags: texts,
} as const

interface Powerset {
  readonly subcommand: string
  readonly depth: number
  readonly eachFeature: boolean
  readonly noDevDeps: boolean
  readonly skip: readonly string[]
  readonly includeFeatures: readonly string[]
  readonly keepGoing: boolean
  readonly flags: readonly string[]
}

/** Returns the arguments of `cargo hack`. */
export function powersetFlags(options: Powerset): string {
  const { subcommand, depth, eachFeature, noDevDeps, skip, includeFeatures, keepGoing, flags } = options
  return [
    subcommand,
    eachFeature ? '--each-feature' : `--feature-powerset --depth ${depth}`,
    ...(noDevDeps ? ['--no-dev-deps'] : []),
    ...(skip.length > 0 ? [`--skip ${quoteValue(skip.join(','))}`] : []),
    ...(includeFeatures.length > 0 ? [`--include-features ${quoteValue(includeFeatures.join(','))}`] : []),
    ...(keepGoing ? ['--keep-going'] : []),
    ...flags,
  ].join(' ')
}
