/** Of a line, so many ranges are told. */
export const mostRanges = 1_000

/** A line with what was looked for. */
export interface Hit {
  readonly line: number
  /** How often it has it. */
  readonly count: number
  /** Where: starts and ends in its text without escape sequences, in UTF-16 units; of very many the first. */
  readonly ranges: readonly [number, number][]
}

/** One that is still being counted. */
export interface Found extends Hit {
  count: number
  readonly ranges: [number, number][]
}

/** A line of which two parts were searched. */
export function joined(first: Hit | null, second: Hit | undefined): Hit | null {
  if (first === null || second === undefined) return second ?? first
  return {
    line: first.line,
    count: first.count + second.count,
    ranges: [...first.ranges, ...second.ranges].slice(0, mostRanges),
  }
}

/** The hits of a text whose first line begins with parts that were given before. */
export function joinedFirst(open: Hit | null, hits: readonly Hit[]): readonly Hit[] {
  if (open === null) return hits
  const [first, ...rest] = hits
  return first?.line === open.line ? [joined(open, first) ?? open, ...rest] : [open, ...hits]
}
