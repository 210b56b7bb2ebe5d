/**
 * State of the running test file: witnesses of its failures, and cleanups for its end. Modules
 * outlive a file in their worker.
 */
import type { RunnerTestCase } from 'vitest'

/** Returns what helps to explain a failure now; empty when there is nothing. */
type Witness = () => Promise<string> | string

const witnesses = new Set<Witness>()
const cleanups: (() => Promise<unknown> | unknown)[] = []
const mostCharacters = 6000

/**
 * Registers a witness that is asked when a test of the current file fails: texts of pages, the end
 * of a server's log.
 */
export function addWitness(witness: Witness): void {
  witnesses.add(witness)
}

/** Runs `cleanup` after the last hook of the current file; the newest first. */
export function afterFile(cleanup: () => Promise<unknown> | unknown): void {
  cleanups.push(cleanup)
}

/** Adds the answers of all witnesses to the failure of this test. */
export async function explainFailure(task: Readonly<RunnerTestCase>): Promise<void> {
  const failure = task.result?.errors?.[0]
  if (failure === undefined) return
  const said = await Promise.all([...witnesses].map((witness) => witness()))
  for (const text of said.filter((it) => it !== '')) failure.message += `\n${text.slice(-mostCharacters)}`
}

/**
 * Ends the current file: runs its cleanups and forgets its witnesses. Throws the first error, after
 * everything was tried.
 */
export async function endFile(): Promise<void> {
  witnesses.clear()
  const errors: unknown[] = []
  for (const cleanup of cleanups.splice(0).toReversed())
    try {
      await cleanup()
    } catch (error) {
      errors.push(error)
    }
  if (errors.length > 0) throw errors[0]
}
