/** Test only: a random test that must reach certain corners, or it proves little. */
import { expect } from 'vitest'

/** Chance alone: with one go in ten that misses a corner, a test that is run every day would fail every tenth. */
const mostGoes = 30

/** Plays, as often as it takes until `seen` has every corner. Fails when thirty goes leave one out. A go plays other cases than the one before by its number. */
export async function untilSeen(
  corners: readonly string[],
  seen: ReadonlySet<string>,
  play: (go: number) => unknown,
): Promise<void> {
  const missing = () => corners.filter((corner) => !seen.has(corner))
  for (let go = 0; go < mostGoes && (go === 0 || missing().length > 0); go++) await play(go)
  expect(missing()).toEqual([])
}
