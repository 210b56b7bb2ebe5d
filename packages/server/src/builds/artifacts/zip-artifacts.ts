import { PassThrough, type Readable } from 'node:stream'
import { ZipFile } from 'yazl'

/** A file of an archive. */
export interface ZipEntry {
  readonly name: string
  readonly bytes: number
  readonly at: Date
  /** Called when it is this file's turn. */
  open(): Readable
}

/**
 * Streams a zip archive of these files, one after the other, with Zip64 where sizes need it. Files
 * are stored uncompressed: compressing gigabytes would slow down all other work.
 */
export function zipOf(entries: readonly ZipEntry[]): Readable {
  const zip = new ZipFile()
  const output = new PassThrough()
  let source: Readable | undefined
  zip.on('error', (error: Error) => output.destroy(error))
  for (const entry of entries)
    zip.addReadStreamLazy(entry.name, { size: entry.bytes, mtime: entry.at, compress: false }, (give) => {
      // The archive does not handle errors of its sources, and an unhandled error would end the
      // process.
      source = entry.open().on('error', (error) => output.destroy(error))
      give(null, source)
    })
  zip.end()
  zip.outputStream.pipe(output)
  // Closes the file when the client disconnects.
  output.once('close', () => source?.destroy())
  return output
}

/**
 * Returns a unique name that stays below the directory into which the archive is unpacked, on any
 * system.
 */
export function zipNames(): (step: string, path: string) => string {
  const taken = new Set<string>()
  return (step, path) => {
    const parts = [step.replaceAll('/', '_'), ...path.split('/')].map(safeComponent)
    const name = parts.join('/')
    let free = name
    for (let turn = 2; taken.has(free); turn += 1) free = `${name} (${turn})`
    taken.add(free)
    return free
  }
}

function safeComponent(part: string): string {
  const safe = part.toWellFormed().replaceAll(/[\\\p{C}]/gu, '_')
  return /^\.{0,2}$/.test(safe) ? '_' : safe
}
