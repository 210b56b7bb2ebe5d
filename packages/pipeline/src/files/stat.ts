import { lstatSync, type Stats, statSync } from 'node:fs'

/** What a path leads to, links followed; undefined when that is nothing: no such entry, a file on the way, or links in a circle. */
export function followed(path: string): Stats | undefined {
  return orNothing(() => statSync(path))
}

/** What a path itself is, a link being one; undefined when there is nothing. */
export function itself(path: string): Stats | undefined {
  return orNothing(() => lstatSync(path))
}

function orNothing(stat: () => Stats): Stats | undefined {
  try {
    return stat()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}
