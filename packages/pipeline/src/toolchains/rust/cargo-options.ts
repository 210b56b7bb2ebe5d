import { quoteValue } from '../../quote.ts'
import { misuse } from '../../wrong-use.ts'
import { flag, type ReadersOf, text, texts } from '../option-readers.ts'

/** Options that cargo's commands share. */
export interface CargoOptions {
  /** Only these packages. */
  readonly packages?: readonly string[]
  /** Whether to include all packages; the default of `rust.project`. */
  readonly workspace?: boolean
  /** All but these. */
  readonly exclude?: readonly string[]
  readonly allTargets?: boolean
  readonly allFeatures?: boolean
  readonly noDefaultFeatures?: boolean
  readonly features?: readonly string[]
  /** A target triple, which is installed first unless `addTarget` is false. */
  readonly target?: string
  readonly addTarget?: boolean
  readonly profile?: string
  readonly release?: boolean
  /** Whether Cargo.lock must not change; true by default. */
  readonly locked?: boolean
  /** Further flags, not quoted. */
  readonly flags?: readonly string[]
}

/**
 * Returns the readers of `CargoOptions`; `workspace` and `allTargets` are the defaults of an
 * action.
 */
export function cargoReaders(workspace: boolean, allTargets = false) {
  return {
    packages: texts,
    workspace: flag(workspace),
    exclude: texts,
    allTargets: flag(allTargets),
    allFeatures: flag(false),
    noDefaultFeatures: flag(false),
    features: texts,
    target: text,
    addTarget: flag(true),
    profile: text,
    release: flag(false),
    locked: flag(true),
    flags: texts,
  } as const satisfies ReadersOf<CargoOptions>
}

/** The options with every default filled in. */
export interface Cargo {
  readonly packages: readonly string[]
  readonly workspace: boolean
  readonly exclude: readonly string[]
  readonly allTargets: boolean
  readonly allFeatures: boolean
  readonly noDefaultFeatures: boolean
  readonly features: readonly string[]
  readonly target: string | undefined
  readonly addTarget: boolean
  readonly profile: string | undefined
  readonly release: boolean
  readonly locked: boolean
  readonly flags: readonly string[]
}

/** Returns the flags for the shell, each after a space. Contradictions are errors. */
export function cargoFlags(where: string, cargo: Cargo): string {
  refuseContradictions(where, cargo)
  const words = [...scope(cargo)]
  if (cargo.allTargets) words.push('--all-targets')
  if (cargo.allFeatures) words.push('--all-features')
  if (cargo.noDefaultFeatures) words.push('--no-default-features')
  if (cargo.features.length > 0) words.push(`--features ${quoteValue(cargo.features.join(','))}`)
  if (cargo.target !== undefined) words.push(`--target ${quoteValue(cargo.target)}`)
  if (cargo.profile !== undefined) words.push(`--profile ${quoteValue(cargo.profile)}`)
  if (cargo.release) words.push('--release')
  if (cargo.locked) words.push('--locked')
  return [...words, ...cargo.flags].map((word) => ` ${word}`).join('')
}

function scope({ packages, workspace, exclude }: Cargo): string[] {
  if (packages.length > 0) return packages.map((name) => `-p ${quoteValue(name)}`)
  return workspace ? ['--workspace', ...exclude.map((name) => `--exclude ${quoteValue(name)}`)] : []
}

function refuseContradictions(where: string, cargo: Cargo): void {
  const { allFeatures, features, noDefaultFeatures, release, profile, exclude, packages, workspace } = cargo
  if (allFeatures && features.length > 0) throw misuse(where, 'allFeatures or features', 'both', 'Remove one of them.')
  if (allFeatures && noDefaultFeatures)
    throw misuse(where, 'allFeatures or noDefaultFeatures', 'both', 'Remove one of them.')
  if (release && profile !== undefined)
    throw misuse(
      where,
      'release or profile',
      'both',
      'Remove one of them: the profile "release" is what release means.',
    )
  if (exclude.length > 0 && packages.length > 0)
    throw misuse(where, 'exclude or packages', 'both', 'Remove one of them: packages already says which are meant.')
  if (exclude.length > 0 && !workspace)
    throw misuse(where, 'exclude with workspace', 'exclude without workspace', 'Set workspace to true.')
}
