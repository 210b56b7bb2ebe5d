import type { JobLogs } from '../../../builds/logs/job-logs.ts'
import { followLines } from '../../logs/follow-lines.ts'
import type { TopicNews } from './topic-event.ts'
import { placeName } from './topic-places.ts'

interface FollowedLog {
  /** The topic as requested. */
  readonly topic: string
  readonly jobId: string
  /** The first requested line, whether it exists or not. */
  readonly line: number
  /** The first line that the reader lacks; null for a new reader. */
  readonly after: number | null
}

/** Yields the lines of a log until it is complete. */
export async function* logTopic(
  logs: JobLogs,
  { topic, jobId, line, after }: FollowedLog,
  signal: AbortSignal,
): AsyncGenerator<TopicNews> {
  let next = after ?? line
  if (after !== null) {
    const { totalLines } = (await logs.open(jobId)).index
    if (after > totalLines + 1) {
      next = totalLines + 1
      yield { events: [{ event: 'resync', data: { topic } }], place: placeOf(jobId, next) }
    }
  }
  for await (const news of followLines(logs, jobId, next, signal)) {
    // The last line may have no line feed yet: a reader that reconnects gets it again, and replaces
    // its own.
    if (news.lines.length > 0) next = news.from + news.lines.length - (news.complete ? 0 : 1)
    yield { events: [{ event: 'log', data: news }], place: placeOf(jobId, next) }
    if (news.complete) yield { events: [{ event: 'end', data: { topic } }], place: null }
  }
}

function placeOf(jobId: string, line: number): readonly [string, string] {
  return [placeName('l', jobId), String(line)]
}
