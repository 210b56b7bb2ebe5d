import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  largestFiles,
  type PackedSource,
  packSource,
  type SizedPath,
  SourceError,
  type SourceSet,
} from '@harmont/source-set'
import type { Output } from '../command.ts'
import { exits, HmError } from '../errors.ts'
import { bytes } from '../view/amounts.ts'
import { progressOf } from './progress.ts'

/** Above this size of the archive the largest files are shown. */
const remarkable = 16 * 1024 * 1024

/** Packs a source into a temporary file for as long as `use` takes. Throws exit 8 for a source that is too large or cannot be read. */
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
  if (error.largest.length > 0) return tooLarge(error.code, error.message, error.largest, error)
  return new HmError(exits.source, error.code, error.message, { cause: error })
}

/** With the lines of `.hmignore` that would help: the largest files, and folders of which there are several among them. */
export function tooLarge(code: string, message: string, largest: readonly SizedPath[], cause: unknown): HmError {
  const fix = [
    'add to .hmignore what the build does not need:',
    ...ignoreLines(largest),
    'or send no source, where the server has a connection to the repository: --no-upload',
  ].join('\n')
  return new HmError(exits.source, code, [message, ...sizes(largest)].join('\n'), { fix, cause })
}

/** A folder instead of its files where several of the largest are in it; patterns are anchored, with what is special escaped. */
export function ignoreLines(largest: readonly SizedPath[]): string[] {
  const folderOf = (path: string) => path.slice(0, path.indexOf('/') + 1)
  const counts = new Map<string, number>()
  for (const { path } of largest) counts.set(folderOf(path), (counts.get(folderOf(path)) ?? 0) + 1)
  const lines = largest.map(({ path }) => {
    const folder = folderOf(path)
    const pattern = folder !== '' && folder !== '.hm/' && (counts.get(folder) ?? 0) > 1 ? folder : path
    return `/${pattern.replace(/[\\*?[\]]/g, '\\$&').replace(/ $/, '\\ ')}`
  })
  return [...new Set(lines)]
}

function sizes(largest: readonly SizedPath[]): string[] {
  return largest.map(({ path, size }) => `  ${bytes(size).padStart(8)}  ${path}`)
}
