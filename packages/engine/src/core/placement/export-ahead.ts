/**
 * Which files leave their runner before anybody asks for them. A runner takes what is ready on its
 * files as long as it has slots, so jobs that are left when they have been ready for a while are more
 * than it has slots for, and another runner is likely to want their files.
 */

/** Files that jobs wait for at the runner that has them, while other runners could take the jobs. */
export interface CrowdedFiles {
  readonly snapshot: string
  readonly runner: string
  /** Number of the jobs. */
  readonly jobs: number
}

/** How long a job waits at the runner with its files before they leave unasked. */
export const crowdedMs = 2_000
/** Making an image keeps a processor busy, and sending it the network of jobs. */
export const mostAhead = 2

/**
 * Returns the files to send unasked: those that most jobs wait for first. @param sending the number
 * of files that each runner has still to send.
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
