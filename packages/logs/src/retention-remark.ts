/** What the log of a job says once it was removed. `remark-kind.ts` reads it, and so does `hm`. */

/** @param keptDays how long logs were kept when this one was removed. */
export function logRemoved(removedAt: Date, keptDays: number, bytes: number): string {
  const kept = keptDays === 1 ? 'a day' : `${keptDays} days`
  return `This log was removed on ${removedAt.toISOString().slice(0, 10)}: logs are kept for ${kept} after the end of their build. It had ${bytes} bytes.`
}

/** Whether the remark stands in the place of a whole log. */
export function saysRemoved(remark: string): boolean {
  return remark.startsWith('This log was removed on ')
}

/** How many bytes the remark says were removed; null for any other remark. */
export function removedBytes(remark: string): number | null {
  const [, bytes] = /^This log was removed on .* It had (\d+) bytes\.$/.exec(remark) ?? []
  return bytes === undefined ? null : Number(bytes)
}
