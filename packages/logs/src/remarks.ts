/**
 * Formats remarks about a log's limit and removal, and parses remarks of this and earlier releases.
 */

type RemarkKind = 'note' | 'setup' | 'lost' | 'cap' | 'retention' | 'redaction'

/** A line by the server between two lines of a log. */
export interface LogRemark {
  /**
   * Number of the line that the remark precedes; the number of lines + 1 for a remark at the end.
   */
  readonly line: number
  readonly kind: RemarkKind
  readonly message: string
  /** Number of missing bytes, if the remark states one. */
  readonly bytes: number | null
  readonly lines: number | null
}

/** Returns a remark with its kind. `isFirst` is true if nothing precedes it. */
export function remarkOf(text: string, line: number, isFirst: boolean): LogRemark {
  const message = text.trimEnd()
  return {
    line,
    kind: kindOf(message, isFirst),
    message,
    bytes: droppedBytes(message) ?? removedBytes(message),
    lines: null,
  }
}

function kindOf(message: string, isFirst: boolean): RemarkKind {
  if (/^The sandbox (?:of this job )?was lost/.test(message)) return 'lost'
  if (isAboutLimit(message)) return 'cap'
  if (saysRemoved(message)) return 'retention'
  if (/too short to be masked|^The secrets of this step are not set/.test(message)) return 'redaction'
  return isFirst && !message.startsWith('cache hit') ? 'setup' : 'note'
}

export function headIsFull(maxBytes: number, tailBytes: number): string {
  return `The log is close to its limit of ${maxBytes} bytes. Later output appears when the command ends: its last ${tailBytes} bytes.`
}

export function leftOut(maxBytes: number, bytes: number): string {
  return `The log has reached its limit of ${maxBytes} bytes: ${bytes} bytes of output were dropped here. The end of the output follows.`
}

export const nothingLeftOut =
  'The command ended within the log limit: nothing was dropped. The rest of the output follows.'

/** Whether the remark states that output is missing or follows later. */
function isAboutLimit(remark: string): boolean {
  return /^The log (?:has reached|is close to) its limit/.test(remark)
}

/** Returns the number of missing bytes that the remark states. */
function droppedBytes(remark: string): number | null {
  const [, bytes] = /(\d+) bytes of output were dropped/.exec(remark) ?? []
  return bytes === undefined ? null : Number(bytes)
}

/**
 * Returns the remark that replaces a removed log. `keptDays` is the retention period of logs in
 * days.
 */
export function logRemoved(removedAt: Date, keptDays: number, bytes: number): string {
  const kept = keptDays === 1 ? 'a day' : `${keptDays} days`
  return `This log was removed on ${removedAt.toISOString().slice(0, 10)}: logs are kept for ${kept} after the end of their build. It had ${bytes} bytes.`
}

/** Whether the remark replaces a removed log. */
export function saysRemoved(remark: string): boolean {
  return remark.startsWith('This log was removed on ')
}

/** Returns the number of removed bytes that the remark states; null for any other remark. */
function removedBytes(remark: string): number | null {
  const [, bytes] = /^This log was removed on .* It had (\d+) bytes\.$/.exec(remark) ?? []
  return bytes === undefined ? null : Number(bytes)
}
