import { aptBase } from '../apt-base.ts'
import { forever } from '../cache.ts'
import type { Step } from '../step.ts'
import { base, image, path } from './option-readers.ts'

/** Options of every toolchain function. */
export interface EntryOptions {
  /**
   * The directory of the tool's project, relative to the project directory, which is the default.
   */
  readonly path?: string
  /** The image of the first step; ignored if `base` is given. */
  readonly image?: string
  /** A step that already has the packages: it replaces the toolchain's own first step. */
  readonly base?: Step
}

/** The readers of `EntryOptions`. */
export const ENTRY = { path, image, base } as const

/** The image or step on which a tool is installed. */
export interface Ground {
  readonly image: string | undefined
  readonly base: Step | undefined
}

/** The installation of a tool. */
export interface Install {
  /** The `:TAG:` of the labels. */
  readonly tag: string
  readonly packages: readonly string[]
  /** Part of the label of the install step. */
  readonly name: string
  readonly command: string
}

/** Returns the step that installs a tool, on its Debian packages or on the caller's base. */
export function installStep({ image, base }: Ground, { tag, packages, name, command }: Install): Step {
  const start = base ?? aptBase({ packages, label: `:${tag}: apt-base`, image })
  return start.sh(command, { label: `:${tag}: ${name}`, cache: forever() })
}
