/** Reads a stream of Server-Sent Events like a client. */
import { EventSourceParserStream } from 'eventsource-parser/stream'

interface Read {
  readonly event: string
  readonly id: string | undefined
  readonly data: Readonly<Record<string, unknown>>
}

export interface EventReader extends AsyncDisposable {
  /**
   * Returns the next event, or the next one of that name that `matches`. Fails if the stream ends
   * before it.
   */
  next(event?: string, matches?: (read: Read) => boolean): Promise<Read>
  /** Returns whether the server has closed the stream, with nothing left to read. */
  isOver(): Promise<boolean>
  /** Returns every event read so far. */
  all(): readonly Read[]
}

/** Opens a stream. Fails if the server refuses it. */
export async function openEvents(url: string, token: string, lastEventId?: string): Promise<EventReader> {
  const closing = new AbortController()
  const response = await fetch(url, {
    headers: {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: closing.signal,
  })
  if (!response.ok || response.body === null) throw new Error(`${response.status} ${await response.text()}`)
  const reader = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream())
    .getReader()
  const seen: Read[] = []
  const read = async (): Promise<Read | undefined> => {
    const { value, done } = await reader.read()
    if (done) return undefined
    const one = { event: value.event ?? 'message', id: value.id, data: JSON.parse(value.data) }
    seen.push(one)
    return one
  }
  return {
    async next(event, matches = () => true) {
      for (;;) {
        const one = await read()
        if (one === undefined) throw new Error(`the stream ended before ${event}; it had ${JSON.stringify(seen)}`)
        if ((event === undefined || one.event === event) && matches(one)) return one
      }
    },
    isOver: async () => (await read()) === undefined,
    all: () => seen,
    async [Symbol.asyncDispose]() {
      closing.abort()
    },
  }
}
