/** What belongs to the test file that runs: witnesses of its failures, and what is cleared away at its end. Modules outlive a file in their worker. */
import type { RunnerTestCase } from 'vitest'

/** Reads what is worth knowing about a failure now; empty when there is nothing. */
type Witness = () => Promise<string> | string

const witnesses = new Set<Witness>()
const cleanups: (() => Promise<unknown> | unknown)[] = []
const mostCharacters = 6000

/** Has this witness asked whenever a test of the current file fails: what pages show, the end of a server's log. */
export function addWitness(witness: Witness): void {
  witnesses.add(witness)
}

/** Runs `cleanup` after the last hook of the current file; the newest first. */
export function afterFile(cleanup: () => Promise<unknown> | unknown): void {
  cleanups.push(cleanup)
}

/** Adds what all witnesses say to the failure of this test. */
export async function explainFailure(task: Readonly<RunnerTestCase>): Promise<void> {
  const failure = task.result?.errors?.[0]
  if (failure === undefined) return
  const said = await Promise.all([...witnesses].map((witness) => witness()))
  for (const text of said.filter((it) => it !== '')) failure.message += `\n${text.slice(-mostCharacters)}`
}

/** Ends the current file: clears away, and forgets the witnesses. Fails with the first error, after all was tried. */
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
