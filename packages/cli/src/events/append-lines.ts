/**
 * Appends lines to a list and keeps its last `most`. Drops half of the buffer at a time, so that
 * each line takes constant time.
 */
export function appendLines<Line>(kept: Line[], lines: Iterable<Line>, most: number): void {
  for (const line of lines) {
    kept.push(line)
    if (kept.length > 2 * most) kept.splice(0, kept.length - most)
  }
}
