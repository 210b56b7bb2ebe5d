/** What a log says about its limit. `remark-kind.ts` reads it, in what earlier releases said too. */

export function headIsFull(maxBytes: number, tailBytes: number): string {
  return `The log is close to its limit of ${maxBytes} bytes. What the command writes from here on is shown when it has ended: the last ${tailBytes} bytes of it.`
}

export function leftOut(maxBytes: number, bytes: number): string {
  return `The log has reached its limit of ${maxBytes} bytes: ${bytes} bytes of output were dropped here. What follows is the end of the output.`
}

export const nothingLeftOut =
  'The command has ended within the limit of the log: nothing was dropped, and what follows is the rest.'

/** Whether the remark says that output is missing, or that it comes later. */
export function isAboutLimit(remark: string): boolean {
  return /^The log (?:has reached|is close to) its limit/.test(remark)
}

/** How many bytes the remark says are missing. */
export function droppedBytes(remark: string): number | null {
  const [, bytes] = /(\d+) bytes of output were dropped/.exec(remark) ?? []
  return bytes === undefined ? null : Number(bytes)
}
