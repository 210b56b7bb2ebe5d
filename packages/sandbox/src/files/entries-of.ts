import { type Dirent, opendirSync } from 'node:fs'

/** Yields a directory's entries without first reading all of them: there may be ten million. */
export function* entriesOf(path: string | Buffer): Generator<Dirent<Buffer>> {
  const directory = opendirSync(path, { encoding: 'buffer' as BufferEncoding, bufferSize: 512 })
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync())
      yield entry as unknown as Dirent<Buffer>
  } finally {
    directory.closeSync()
  }
}
