/** What a log says about its limit. `remark-kind.ts` reads it, in what earlier releases said too. */

export function headIsFull(maxBytes: number, tailBytes: number): string {
  return `The log is close to its limit of ${maxBytes} bytes. Later output appears when the command ends: its last ${tailBytes} bytes.`
}

export function leftOut(maxBytes: number, bytes: number): string {
  return `The log has reached its limit of ${maxBytes} bytes: ${bytes} bytes of output were dropped here. The end of the output follows.`
}

export const nothingLeftOut =
  'The command ended within the log limit: nothing was dropped. The rest of the output follows.'

/** Whether the remark says that output is missing, or that it comes later. */
export function isAboutLimit(remark: string): boolean {
  return /^The log (?:has reached|is close to) its limit/.test(remark)
}

/** How many bytes the remark says are missing. */
export function droppedBytes(remark: string): number | null {
  const [, bytes] = /(\d+) bytes of output were dropped/.exec(remark) ?? []
  return bytes === undefined ? null : Number(bytes)
}
