/**
 * Keeps that no command has begun under an id while there is no sandbox that could tell: between the removal of one and the making of the next, where a kill would
 * leave nothing. Holds for this boot alone: after a loss of power the file may be there again although a command has begun since.
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

/** Forgets it. To be called before a command may begin. */
export function forgetUnbegun({ unbegun }: Place, id: string): void {
  rmSync(join(unbegun, id), { force: true })
}

export function isUnbegun({ unbegun }: Place, id: string): boolean {
  return readIfPresent(join(unbegun, id)) === bootId
}
