import { doneFrame } from '../event-streams/frames.ts'
import { chunkFrame, emptyHistoryFrame, historyFrames } from './event-frames.ts'
import { followLog, type LogReads } from './follow-log.ts'

/** Where a reader goes on: after this seq. What is not a number, or is negative, is the start. */
export function resumeAfter(lastEventId: string | null): number {
  const given = /^\d+$/.test(lastEventId ?? '') ? Number(lastEventId) : 0
  return Math.min(given, 2_147_483_647)
}

/** The events of a log: what there is when it is opened as history, then each chunk, `done` at the end; none when `stop` ends it. */
export async function* logEvents(
  reads: LogReads,
  jobId: string,
  after: number,
  stop: AbortSignal,
): AsyncGenerator<string> {
  let isHistory = true
  let isEmpty = true
  for await (const followed of followLog(reads, jobId, after, stop)) {
    switch (followed.kind) {
      case 'chunks':
        isEmpty = false
        if (isHistory) yield* historyFrames(followed.chunks)
        else yield followed.chunks.map(chunkFrame).join('')
        break
      case 'caught-up':
        isHistory = false
        if (isEmpty) yield emptyHistoryFrame
        break
      case 'end':
        yield doneFrame
    }
  }
}
