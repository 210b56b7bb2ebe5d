import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ByteReader } from '../../source/byte-reader.ts'
import { nextEntry, padded } from './layer-entries.ts'
import { tarOptions, withMappedIds } from './mapped-ids.ts'

/**
 * Extended attributes by path (latin1, one character per byte) and name. They include access lists
 * and capabilities.
 */
export type Attributes = ReadonlyMap<string, ReadonlyMap<string, string>>

/**
 * Reads the attributes of files and directories in a view. Omits paths without attributes. Uses
 * tar, which also reads contents, because Node.js has no function for this.
 */
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
