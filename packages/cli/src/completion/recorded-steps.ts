import { localHome } from '../records/home.ts'
import { stepsOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import type { CompletionSource } from './dynamic.ts'

/** Keys of the steps that this project's runs on this machine had, of the newest run first. */
export const complete: CompletionSource = async ({ directory, cacheDirectory }) => {
  const own = readRecords(localHome(cacheDirectory).runs, directory)
  const named = own.flatMap(({ events, slug, number }) =>
    stepsOf(events).map(({ key, state }) => ({ value: key, about: `${slug} #${number}: ${state}` })),
  )
  // Maps keep the last of a key.
  return [...new Map(named.toReversed().map((candidate) => [candidate.value, candidate])).values()].toReversed()
}
