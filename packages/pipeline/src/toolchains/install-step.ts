import { aptBase } from '../apt-base.ts'
import { forever } from '../cache.ts'
import type { Step } from '../step.ts'
import { base, image, path } from './option-readers.ts'

/** Options of every entry. */
export interface EntryOptions {
  /** Directory of the tool's project, relative to the project directory, which is the default. */
  readonly path?: string
  /** Image of the first step; not used where `base` is given. */
  readonly image?: string
  /** A step that has the packages already: it takes the place of the toolchain's own first step. */
  readonly base?: Step
}

/** The readers of these options. */
export const ENTRY = { path, image, base } as const

/** Where a tool is installed. */
export interface Ground {
  readonly image: string | undefined
  readonly base: Step | undefined
}

/** How a tool is installed. */
export interface Install {
  /** The `:TAG:` of the labels. */
  readonly tag: string
  readonly packages: readonly string[]
  /** Part of the label of the install step. */
  readonly name: string
  readonly command: string
}

/** Returns the step that installs a tool, on its packages or on the caller's base. */
export function installStep({ image, base }: Ground, { tag, packages, name, command }: Install): Step {
  const start = base ?? aptBase({ packages, label: `:${tag}: apt-base`, image })
  return start.sh(command, { label: `:${tag}: ${name}`, cache: forever() })
}
