import type { Writable } from 'node:stream'

/** Writes whole pieces of text to one stream, in the order of the calls. */
export interface Writer {
  /** Resolves when the stream accepts more. */
  write(text: string): Promise<void>
  /** Whether the stream has not drained yet. */
  readonly isFull: boolean
  /** Stops listening to the stream. */
  release(): void
}

/**
 * A broken stream, such as a closed terminal, receives no further writes. The run itself continues
 * to its end.
 */
export function openWriter(stream: Writable): Writer {
  let isGone = stream.destroyed
  let drained: PromiseWithResolvers<void> | undefined
  const resume = () => {
    drained?.resolve()
    drained = undefined
  }
  const leave = () => {
    isGone = true
    resume()
  }
  stream.on('drain', resume)
  stream.on('close', leave)
  stream.on('error', leave)
  return {
    async write(text) {
      if (isGone || text === '') return
      if (!stream.write(text)) drained ??= Promise.withResolvers<void>()
      await drained?.promise
    },
    get isFull() {
      return drained !== undefined
    },
    release() {
      stream.off('drain', resume)
      stream.off('close', leave)
      stream.off('error', leave)
      resume()
    },
  }
}
