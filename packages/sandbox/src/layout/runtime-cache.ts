/**
 * Keeps what the runtime compiled, crun's filters of system calls, longer than the driver's memory: without
 * them the first command of each kind takes 15 ms of a processor more, and `hm` opens a driver for
 * each run. A file is named by what it was compiled from.
 */
import { closeSync, copyFileSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from '../system/files.ts'
import type { Layout } from './layout.ts'

type Places = Pick<Layout, 'root' | 'crunState'>

const keptIn = ({ root }: Places): string => join(root, 'filters')
const usedIn = ({ crunState }: Places): string => join(crunState, '.cache', 'seccomp')

/** Copies the filters of earlier drivers to where the runtime looks for them. */
export function restoreRuntimeCache(layout: Places): void {
  copyMissing(keptIn(layout), usedIn(layout))
}

/** Copies new filters to the driver's directory, if there is room. */
export function keepRuntimeCache(layout: Places): void {
  try {
    copyMissing(usedIn(layout), keptIn(layout))
  } catch (error) {
    if (!hasCode(error, 'ENOSPC')) throw error
  }
}

/** A file is there whole or not at all: the runtime refuses to start with a part of one. */
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
