import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { largestFiles, type PackedSource, packSource, SourceError, type SourceSet } from '@harmont/source-set'
import { exits, HmError } from '../errors.ts'
import { progressOf, sizes, tooLarge } from '../project/source-size.ts'
import { bytes } from '../terminal/amounts.ts'
import type { Output } from '../terminal/output.ts'

/** Archives above this size have their largest files reported. */
const remarkable = 16 * 1024 * 1024

/** An alternative to a smaller source. */
export const sendNone = 'or send no source, where the server has a connection to the repository: --no-upload'

/**
 * Packs a source into a temporary file that lasts until `use` settles. Throws exit 8 for a source
 * that is too large or cannot be read.
 */
export async function withPacked<T>(
  source: SourceSet,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
  use: (packed: PackedSource) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'hm-source-'))
  try {
    const total = source.entries.reduce((sum, { size }) => sum + size, 0)
    const onProgress = progressOf('packing the source', total, output.say)
    const packed = await packSource(source, join(directory, 'source.tar.gz'), { signal, onProgress })
    output.debug(`source: ${source.entries.length} files, ${packed.unpackedBytes} bytes, ${packed.size} packed`)
    if (packed.size > remarkable) {
      output.warn(`the source is ${bytes(packed.size)} when packed; its largest files are:`)
      for (const line of sizes(largestFiles(source))) output.say(line)
    }
    return await use(packed)
  } catch (error) {
    throw packingFailure(error)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function packingFailure(error: unknown): unknown {
  if (!(error instanceof SourceError)) return error
  const { code, message, largest } = error
  if (largest.length > 0) return tooLarge({ code, message, largest, otherwise: sendNone, cause: error })
  return new HmError(exits.source, error.code, error.message, { cause: error })
}
