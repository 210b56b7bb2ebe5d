import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMissing } from '../is-missing.ts'
import type { LocalHome } from '../records/home.ts'
import { isAlive } from '../records/process-mark.ts'

/**
 * Returns the file that names the process using the directory. A killed process leaves it behind.
 */
export function inUse(home: LocalHome, number: number): string {
  return join(home.engines, String(number), 'in-use')
}

export function engineNumbers(home: LocalHome): number[] {
  return existsSync(home.engines) ? readdirSync(home.engines).map(Number).filter(Number.isInteger) : []
}

/** Whether a dead `hm` may have left files or processes. */
export function hasLeftovers(home: LocalHome): boolean {
  return engineNumbers(home).some((number) => isLeftBehind(home, number))
}

/** Whether the last process that used this directory was killed. */
export function isLeftBehind(home: LocalHome, number: number): boolean {
  try {
    return !isAlive(readFileSync(inUse(home, number), 'utf8'))
  } catch (error) {
    if (isMissing(error)) return false
    throw error
  }
}
