import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CrowdedFiles, chooseAhead, mostAhead } from './export-ahead.ts'

const runners = ['a', 'b', 'c']
const crowd = fc.uniqueArray(
  fc.record({ snapshot: fc.uuid(), runner: fc.constantFrom(...runners), jobs: fc.integer({ min: 1, max: 5 }) }),
  { selector: ({ snapshot }) => snapshot, maxLength: 20 },
)
const counts = fc.array(fc.tuple(fc.constantFrom(...runners), fc.nat({ max: 3 })))

/** Sends the most requested file of a runner with room, until no such runner is left. */
function oneByOne(crowded: readonly CrowdedFiles[], sending: ReadonlyMap<string, number>): readonly string[] {
  const room = new Map(runners.map((runner) => [runner, mostAhead - (sending.get(runner) ?? 0)]))
  const rest = [...crowded]
  const taken: string[] = []
  for (;;) {
    let best: CrowdedFiles | undefined
    for (const file of rest) {
      const isBetter =
        best === undefined || file.jobs > best.jobs || (file.jobs === best.jobs && file.snapshot < best.snapshot)
      if ((room.get(file.runner) ?? 0) > 0 && isBetter) best = file
    }
    if (best === undefined) return taken
    rest.splice(rest.indexOf(best), 1)
    room.set(best.runner, (room.get(best.runner) ?? 0) - 1)
    taken.push(best.snapshot)
  }
}

test('files for which most jobs wait are sent ahead first, within the limit of each runner', () => {
  fc.assert(
    fc.property(crowd, counts, (crowded, pairs) => {
      const sending = new Map(pairs)
      expect(chooseAhead(crowded, sending).map(({ snapshot }) => snapshot)).toEqual(oneByOne(crowded, sending))
    }),
  )
})
