/** How long, in ms, a running build still takes if it takes as long as the median of those before it; null where nobody knows. */
export function etaMs(
  { started_at, finished_at }: { readonly started_at: Date | null; readonly finished_at: Date | null },
  runMs: readonly number[],
  now: number,
): number | null {
  const median = runMs.toSorted((a, b) => a - b)[Math.floor(runMs.length / 2)]
  if (started_at === null || finished_at !== null || median === undefined) return null
  return Math.max(0, Math.round(median - (now - started_at.getTime())))
}
