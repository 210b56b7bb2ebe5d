import { droppedBytes, isAboutLimit } from './cap-remarks.ts'
import { removedBytes, saysRemoved } from './retention-remark.ts'

export type RemarkKind = 'note' | 'setup' | 'lost' | 'cap' | 'retention' | 'redaction'

/** What the server says between two lines of a log. */
export interface LogRemark {
  /** Before which line it stands; one more than there are where it is after the last. */
  readonly line: number
  readonly kind: RemarkKind
  readonly message: string
  /** How much is missing, where the remark says so. */
  readonly bytes: number | null
  readonly lines: number | null
}

/** What a remark is about, from its words (the engine's, `cap-remarks.ts` and `retention-remark.ts`). `isFirst`: nothing was written before it. */
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
