import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ByteReader } from '../source/byte-reader.ts'
import { nextEntry, padded } from './layer-entries.ts'
import { withMappedIds } from './mapped-ids.ts'
import { tarOptions } from './tar-options.ts'

/** By path (latin1: bytes) the extended attributes of a file, those that hold its access lists and capabilities among them, by name. */
export type Attributes = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Of files and directories in a view; those that have none are left out. Asked of tar, since Node.js cannot tell: contents are read. */
export async function attributesOf(view: string, paths: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<Attributes> {
  const found = new Map<string, ReadonlyMap<string, string>>()
  async function* list(): AsyncGenerator<Buffer> {
    for await (const path of paths) yield Buffer.concat([path, Buffer.from([0])])
  }
  await withMappedIds(async (start) => {
    const tar = start(view, 'tar', tarOptions())
    async function read(): Promise<void> {
      const bytes = new ByteReader(tar.output)
      for (let entry = await nextEntry(bytes); entry !== undefined; entry = await nextEntry(bytes)) {
        const own = [...entry.records].filter(([key]) => key.startsWith('SCHILY.'))
        if (own.length > 0) found.set(entry.name.replace(/\/$/, ''), new Map(own))
        for (let left = padded(entry.size); left > 0; ) left -= (await bytes.some(left))?.length ?? left
      }
    }
    await Promise.all([tar.succeeded, pipeline(Readable.from(list(), { objectMode: false }), tar.input), read()])
  })
  return found
}
