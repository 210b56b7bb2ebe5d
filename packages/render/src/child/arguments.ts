import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

/**
 * The arguments of the child. Paths are absolute, because a pipeline may change the working
 * directory.
 */
export interface Arguments {
  readonly project: string
  readonly out: string
  /** Selects one slug, every pipeline, or only a list of the files' declarations. */
  readonly wanted: { readonly slug: string } | 'all' | 'list'
}

const usage = 'usage: node main.ts --dir PROJECT (--slug SLUG | --all | --list) --out FILE'

/** Reads the command line. Throws the usage. */
export function readArguments(args: readonly string[]): Arguments {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = { dir: text, slug: text, all: flag, list: flag, out: text }
  const { dir, slug, all, list, out } = parseArgs({ args: [...args], options }).values
  const wanted = [
    ...(slug === undefined ? [] : [{ slug }]),
    ...(all ? ['all' as const] : []),
    ...(list ? ['list' as const] : []),
  ]
  const [only, another] = wanted
  if (dir === undefined || out === undefined || only === undefined || another !== undefined) throw new Error(usage)
  return { project: realpathSync(dir), out: resolve(out), wanted: only }
}
