/** Compressing what is answered, by what the client can read. */
import { promisify } from 'node:util'
import { type BrotliOptions, brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib'
import Negotiator from 'negotiator'

export type Encoding = 'br' | 'gzip'

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)
/** Most of what brotli can save, at a tenth of the time of its default: some 100 MB/s on one core. */
const brotliQuality = 4

/** The best of `available` for this `Accept-Encoding`; null: as it is, which is also for a client that says nothing. */
export function chooseEncoding(accepted: string | undefined, available: readonly Encoding[]): Encoding | null {
  if (accepted === undefined) return null
  const wanted = new Negotiator({ headers: { 'accept-encoding': accepted } }).encodings([...available, 'identity'])
  // Clients that take both say so without a preference: brotli is the smaller one.
  const taken = available.filter((encoding) => wanted.includes(encoding))
  return taken.includes('br') ? 'br' : (taken[0] ?? null)
}

/** Compresses a body while it waits, on a thread of its own. */
export function compress(body: string | Uint8Array, encoding: Encoding): Promise<Buffer> {
  return encoding === 'gzip' ? zip(body) : brotli(body, brotliOptions(body, brotliQuality))
}

/** Up to so many characters the way to a thread and back costs more than what is done there. */
const mostInPlace = 128 * 1024

/** Compresses what is sent once: a sixth larger than `compress` does, in a third of the time and less. */
export async function compressQuickly(body: string, encoding: Encoding): Promise<Buffer> {
  const [level, options] = [1, brotliOptions(body, 1)]
  if (body.length > mostInPlace) return encoding === 'gzip' ? zip(body, { level }) : brotli(body, options)
  return encoding === 'gzip' ? gzipSync(body, { level }) : brotliCompressSync(body, options)
}

function brotliOptions(body: string | Uint8Array, quality: number): BrotliOptions {
  return {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(body),
    },
  }
}
