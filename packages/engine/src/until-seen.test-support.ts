/** Repeats a random test until it has reached certain situations. */
import { expect } from 'vitest'

/**
 * The most attempts. If one attempt in ten misses a corner case, a daily test with a single attempt
 * would fail every tenth time.
 */
const mostGoes = 30

/**
 * Plays until `seen` has every corner case. Fails if thirty attempts leave one out. Each attempt
 * plays other cases, selected by its number.
 */
export async function untilSeen(
  corners: readonly string[],
  seen: ReadonlySet<string>,
  play: (go: number) => unknown,
): Promise<void> {
  const missing = () => corners.filter((corner) => !seen.has(corner))
  for (let go = 0; go < mostGoes && (go === 0 || missing().length > 0); go++) await play(go)
  expect(missing()).toEqual([])
}
