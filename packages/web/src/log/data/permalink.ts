/** The lines marked by a link, numbered from 1. */
export interface LineRange {
  readonly from: number
  readonly to: number
}

/** Parses the fragment `#L120` or `#L120-L140` (web L13); null for any other. */
export function readFragment(fragment: string): LineRange | null {
  const [, first, second] = /^#?L(\d{1,15})(?:-L?(\d{1,15}))?$/.exec(fragment) ?? []
  if (first === undefined) return null
  const [one, other] = [Number(first), Number(second ?? first)]
  const range = { from: Math.min(one, other), to: Math.max(one, other) }
  return range.from >= 1 ? range : null
}

/** Returns the fragment that marks these lines; empty for none. */
export function writeFragment(range: LineRange | null): string {
  if (range === null) return ''
  return range.from === range.to ? `#L${range.from}` : `#L${range.from}-L${range.to}`
}

/** Returns the lines to mark after a click on a number, which are a range with Shift. */
export function rangeAfterClick(anchor: number | null, line: number, isShift: boolean): LineRange {
  if (!isShift || anchor === null) return { from: line, to: line }
  return { from: Math.min(anchor, line), to: Math.max(anchor, line) }
}
