import { open, stat } from 'node:fs/promises'

/** A JSON body too large for memory. `T` is the type of its value. */
export interface StreamedBody<T> {
  /** The number of bytes of `open`. */
  readonly size: number
  /** The bytes from the start, as often as the request is sent. */
  readonly open: () => AsyncIterable<Uint8Array>
  /** Carries the type for the compiler; never set. */
  readonly says?: T
}

// Whole groups of three bytes, so that the texts of two chunks may stand side by side.
const chunkBytes = 3 * 64 * 1024

/**
 * The fields with a file's bytes as `source_b64`, read while they are sent: memory does not grow
 * with the file. Rejects when there is no such file.
 */
export async function withSource<T extends object>(
  fields: T,
  file: string,
): Promise<StreamedBody<T & { source_b64: string }>> {
  const text = JSON.stringify(fields)
  const head = Buffer.from(`${text.slice(0, -1)}${text === '{}' ? '' : ','}"source_b64":"`)
  const tail = Buffer.from('"}')
  const bytes = (await stat(file)).size
  const size = head.length + Math.ceil(bytes / 3) * 4 + tail.length
  return {
    size,
    async *open() {
      yield head
      await using handle = await open(file)
      for (let position = 0; position < bytes; ) {
        const wanted = Math.min(chunkBytes, bytes - position)
        const chunk = Buffer.alloc(wanted)
        for (let filled = 0; filled < wanted; ) {
          const { bytesRead } = await handle.read(chunk, filled, wanted - filled, position + filled)
          if (bytesRead === 0) throw new Error(`${file} shrank while it was being sent`)
          filled += bytesRead
        }
        position += wanted
        yield Buffer.from(chunk.toString('base64'), 'latin1')
      }
      yield tail
    },
  }
}
