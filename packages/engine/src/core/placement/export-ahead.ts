/**
 * Chooses the files that leave their runner before another runner requests them. A runner with free
 * slots takes the jobs that are ready on its files. Jobs that stay ready for a while exceed its
 * slots, so another runner is likely to need their files.
 */

/** Files on a runner where jobs wait for slots, while other runners could take the jobs. */
export interface CrowdedFiles {
  readonly snapshot: string
  readonly runner: string
  /** Number of waiting jobs. */
  readonly jobs: number
}

/**
 * Time that a job waits at the runner with its files before they are sent ahead, in milliseconds.
 */
export const crowdedMs = 2_000
/**
 * Limits files sent ahead per runner: making an image uses a processor, and sending it uses the
 * network of jobs.
 */
export const mostAhead = 2

/**
 * Returns the files to send ahead, those with the most waiting jobs first. @param sending number of
 * files that each runner is still sending.
 */
export function chooseAhead<T extends CrowdedFiles>(
  crowded: readonly T[],
  sending: ReadonlyMap<string, number>,
): readonly T[] {
  const left = new Map<string, number>()
  return crowded
    .toSorted((a, b) => b.jobs - a.jobs || (a.snapshot < b.snapshot ? -1 : 1))
    .filter(({ runner }) => {
      const room = left.get(runner) ?? mostAhead - (sending.get(runner) ?? 0)
      left.set(runner, room - 1)
      return room > 0
    })
}
