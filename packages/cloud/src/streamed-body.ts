import { open, stat } from 'node:fs/promises'

/** A JSON body too large for memory. `T` is the type of its value. */
export interface StreamedBody<T> {
  /** The number of bytes that `open` yields. */
  readonly size: number
  /** Returns the bytes from the start; called again for each retry of the request. */
  readonly open: () => AsyncIterable<Uint8Array>
  /** Carries the type for the compiler; never set. */
  readonly says?: T
}

// Encodes whole groups of three bytes, so that the encoded chunks can be concatenated.
const chunkBytes = 3 * 64 * 1024

/**
 * Adds a file's bytes to the fields as `source_b64`, read while they are sent, so that memory does
 * not grow with the file. Rejects if the file does not exist.
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
