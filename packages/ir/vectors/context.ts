/** What a vector renders with: `context.json` of its folder. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A file's text, a link's target, or an empty directory. */
export type VectorFile = string | { readonly link: string } | { readonly directory: true }

export interface VectorContext {
  readonly org: string
  readonly slug: string
  /** Whole seconds since 1970. */
  readonly now: number
  /** Variables of the rendering process, for `env_keys` and `context`. */
  readonly env: Readonly<Record<string, string>>
  /** The project directory, by path. Written here because Git keeps no empty directories, and not every system keeps names as they are. */
  readonly files: Readonly<Record<string, VectorFile>>
}

/** The context of the vector in a directory. */
export function readContext(directory: string): VectorContext {
  return JSON.parse(readFileSync(join(directory, 'context.json'), 'utf8'))
}

/** Makes the files of a project in an empty directory. */
export function makeProject(files: VectorContext['files'], root: string): void {
  for (const [path, file] of Object.entries(files)) {
    const absolute = join(root, path)
    mkdirSync(dirname(absolute), { recursive: true })
    if (typeof file === 'string') writeFileSync(absolute, file)
    else if ('link' in file) symlinkSync(file.link, absolute)
    else mkdirSync(absolute)
  }
}
