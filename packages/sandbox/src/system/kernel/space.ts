import { closeSync, openSync } from 'node:fs'
import { isScarcity } from '../scarcity.ts'
import { call } from './calls.ts'

const FALLOC_FL_KEEP_SIZE = 1
const FALLOC_FL_PUNCH_HOLE = 2

/** Space to reserve for a file that may be absent. */
export interface Reservation {
  readonly path: string
  readonly length: number
}

/**
 * Reserves space for a file without changing its size. Returns whether the file system supports it.
 */
export function reserve({ path, length }: Reservation): boolean {
  const file = openSync(path, 'a', 0o600)
  try {
    call('fallocate', path, file, FALLOC_FL_KEEP_SIZE, 0, length)
    return true
  } catch (error) {
    if (isScarcity(error)) throw error
    return false
  } finally {
    closeSync(file)
  }
}

/** A range of a file, in bytes. */
export interface Hole {
  readonly path: string
  readonly offset: number
  readonly length: number
}

/** Frees the space of a range. Throws `CallError` if the file system does not support holes. */
export function punch({ path, offset, length }: Hole): void {
  const file = openSync(path, 'r+')
  try {
    call('fallocate', path, file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length)
  } finally {
    closeSync(file)
  }
}
