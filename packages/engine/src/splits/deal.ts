import { compareText } from '@harmont/ir'

/** A file of the source to deal to a shard. */
export interface SplitFile {
  /** Relative to /workspace. */
  readonly path: string
  readonly bytes: number
}

/** The files of each shard, in path order. */
export type Deal = readonly (readonly string[])[]

/**
 * Deals files to shards by their times, in milliseconds by path: the longest first, each to the
 * shard with the smallest load. A file without a time counts as the median of the others; if no
 * file has one, sizes count. The order of the files does not matter. The longest shard takes at
 * most 4/3 of the time of the longest shard in the best deal.
 */
export function deal(files: readonly SplitFile[], times: ReadonlyMap<string, number>, total: number): Deal {
  const known = files.flatMap(({ path }) => times.get(path) ?? [])
  const usual = known.length === 0 ? null : median(known)
  const dealt = files.map(({ path, bytes }) => ({ path, cost: atLeastOne(times.get(path) ?? usual ?? bytes) }))
  dealt.sort((a, b) => b.cost - a.cost || compareText(a.path, b.path))
  const shards = Array.from({ length: total }, () => ({ cost: 0, paths: [] as string[] }))
  for (const { path, cost } of dealt) {
    const least = shards.reduce((best, shard) => (shard.cost < best.cost ? shard : best))
    least.cost += cost
    least.paths.push(path)
  }
  return shards.map(({ paths }) => paths.sort(compareText))
}

/** Makes costs positive, so that empty files and fast tests are spread as well. */
function atLeastOne(cost: number): number {
  return Math.max(cost, 1)
}

/** Returns the middle of some numbers, or the mean of the two middle ones. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = 0, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return (low + high) / 2
}
