/**
 * Keeps the runtime's compiled data, crun's system call filters, longer than the driver's in-memory
 * state. Without them the first command of each kind takes 15 ms more processor time, and `hm`
 * opens a driver for each run. The name of a file is derived from the filter's source.
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../system/files.ts'
import type { Layout } from './layout.ts'

type Places = Pick<Layout, 'root' | 'crunState'>

const keptIn = ({ root }: Places): string => join(root, 'filters')
const usedIn = ({ crunState }: Places): string => join(crunState, '.cache', 'seccomp')

/** Copies the filters of earlier drivers to the directory in which the runtime looks for them. */
export function restoreRuntimeCache(layout: Places): void {
  copyMissing(keptIn(layout), usedIn(layout))
}

/** Copies new filters to the driver's directory, if there is space. */
export function keepRuntimeCache(layout: Places): void {
  try {
    copyMissing(usedIn(layout), keptIn(layout))
  } catch (error) {
    if (!hasCode(error, 'ENOSPC')) throw error
  }
}

/** Copies each file atomically, because the runtime does not start with an incomplete one. */
function copyMissing(from: string, to: string): void {
  const names = namesIn(from)
  const known = new Set(namesIn(to))
  for (const name of names.filter((each) => !known.has(each) && !each.endsWith(partial))) {
    mkdirSync(to, { recursive: true, mode: 0o700 })
    const path = join(to, name)
    copyFileSync(join(from, name), path + partial)
    flush(path + partial)
    renameSync(path + partial, path)
  }
}

const partial = '.part'

function flush(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : []
}
