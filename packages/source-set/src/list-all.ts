import { readdirSync } from 'node:fs'
import { breather, entryOf, isAlwaysOut, type ListedPath, listedPath, placeOf, statOf, unreadable } from './listing.ts'
import type { SourceEntry } from './source-set.ts'

/**
 * Returns every file and link below a directory, in no order. Calls `isOut` for each folder before
 * entering it, with a slash at the end of the path.
 */
export async function listAll(root: string, isOut: (path: string) => boolean): Promise<SourceEntry[]> {
  const entries: SourceEntry[] = []
  const breathe = breather()
  const open: (ListedPath | null)[] = [null]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const name of namesIn(root, folder)) {
      await breathe()
      const listed = listedPath(folder === null ? name : Buffer.concat([bytesOf(folder), Buffer.from('/'), name]))
      if (isAlwaysOut(listed.path)) continue
      const stat = statOf(root, listed)
      if (stat === undefined) continue
      if (stat.isDirectory()) {
        if (!isOut(`${listed.path}/`)) open.push(listed)
        continue
      }
      const entry = entryOf(listed, stat)
      if (entry !== undefined) entries.push(entry)
    }
  }
  return entries
}

function bytesOf({ path, raw }: ListedPath): Buffer {
  return raw ?? Buffer.from(path)
}

function namesIn(root: string, folder: ListedPath | null): Buffer[] {
  try {
    return readdirSync(folder === null ? root : placeOf(root, folder), { encoding: 'buffer' })
  } catch (cause) {
    throw unreadable(folder?.path ?? '.', cause)
  }
}
