import { EventSourceParserStream } from 'eventsource-parser/stream'
import { CloudError } from './cloud-error.ts'

export interface ServerEvent {
  readonly event: string
  readonly id: string | undefined
  /** The parsed data. */
  readonly data: unknown
}

/**
 * Yields the events of one answer until it ends. Throws CloudError `stream_broken` when the
 * connection breaks, or when no byte, heartbeats included, arrives for `silenceMs`.
 * @param onBytes called whenever bytes arrive.
 */
export async function* readEvents(
  response: Response,
  silenceMs: number,
  onBytes: () => void = () => undefined,
): AsyncGenerator<ServerEvent> {
  const body = response.body
  if (body === null) return
  const quiet = new AbortController()
  const expired = () => quiet.abort(new Error(`no data for ${silenceMs / 1000} s`))
  let timer = setTimeout(expired, silenceMs)
  const alive = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      clearTimeout(timer)
      timer = setTimeout(expired, silenceMs)
      onBytes()
      controller.enqueue(chunk)
    },
  })
  const events = body
    .pipeThrough(alive, { signal: quiet.signal })
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: 64 * 1024 * 1024 }))
  try {
    for await (const { event, id, data } of events) yield { event: event ?? 'message', id, data: JSON.parse(data) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CloudError('stream_broken', `${new URL(response.url).pathname}: the stream disconnected: ${why}`, {
      status: 0,
      cause: error,
    })
  } finally {
    clearTimeout(timer)
  }
}
