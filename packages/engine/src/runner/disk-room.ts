/** What a file system has left. */
export interface DiskRoom {
  /** For who is not root. */
  readonly freeBytes: number
  readonly sizeBytes: number
  /** null where their number has no limit. */
  readonly freeFiles: number | null
}

/** What must be free for new work where nobody says otherwise. */
export const defaultLeastFreeBytes = 512 * 1024 ** 2
/** New files that must be possible: a sandbox needs some 20, a database and an unpacked source more. */
const leastFreeFiles = 5_000
/** What is called full is so until there is this much more than had to be. */
const headroom = 1.25
/** With less than this a write of somebody has failed, or is about to. */
const exhaustedBytes = 4 * 1024 ** 2

/** Whether no new work may be begun. A disk that was full needs some more than `leastFreeBytes`, so that it does not change with every file. */
export function isFull({ freeBytes, freeFiles }: DiskRoom, leastFreeBytes: number, wasFull: boolean): boolean {
  const factor = wasFull ? headroom : 1
  return freeBytes < leastFreeBytes * factor || (freeFiles !== null && freeFiles < leastFreeFiles * factor)
}

/** Whether writing fails, or is about to. */
export function isExhausted({ freeBytes, freeFiles }: DiskRoom): boolean {
  return freeBytes < exhaustedBytes || (freeFiles !== null && freeFiles < 100)
}

/** `120 MiB of 1.4 GiB free`, with the files where it is they that are missing. */
export function roomSentence({ freeBytes, sizeBytes, freeFiles }: DiskRoom): string {
  const files = freeFiles !== null && freeFiles < leastFreeFiles * headroom ? `, ${freeFiles} free inodes` : ''
  return `${amount(freeBytes)} of ${amount(sizeBytes)} free${files}`
}

function amount(bytes: number): string {
  const gib = bytes / 1024 ** 3
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.floor(bytes / 1024 ** 2)} MiB`
}
