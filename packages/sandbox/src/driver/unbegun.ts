/**
 * Records that no command has begun under an id, between the removal of one sandbox and the
 * creation of the next, when no sandbox could tell after a crash. Valid for this boot only: after a
 * power cut the file may reappear although a command has begun since.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout } from '../layout/layout.ts'
import { bootId } from '../system/clock.ts'
import { readIfPresent, writeAtomically } from '../system/files.ts'

type Place = Pick<Layout, 'unbegun'>

export function keepUnbegun({ unbegun }: Place, id: string): void {
  writeAtomically(join(unbegun, id), bootId)
}

/** Removes the record. Call it before a command may begin. */
export function forgetUnbegun({ unbegun }: Place, id: string): void {
  rmSync(join(unbegun, id), { force: true })
}

export function isUnbegun({ unbegun }: Place, id: string): boolean {
  return readIfPresent(join(unbegun, id)) === bootId
}
