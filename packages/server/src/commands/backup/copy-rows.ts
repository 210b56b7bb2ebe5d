/** Copies rows in PostgreSQL's text format, which every version and platform reads. */
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from, to } from 'pg-copy-streams'
import type { ArchiveReader } from './archive-reader.ts'
import type { ArchiveWriter } from './archive-writer.ts'

/**
 * The most bytes of a table in memory at a time. A tar needs the size of an entry before its bytes.
 */
const pieceBytes = 4 * 1024 ** 2

/** Fixes the text form of values for the transaction, independent of the database's settings. */
export const plainText =
  "set local datestyle = 'ISO'; set local intervalstyle = 'postgres'; set local bytea_output = 'hex'"

/**
 * Writes the result of a query as entries `NAME/1`, `NAME/2` and so on; none for an empty result.
 */
export async function copyOut(
  client: pg.PoolClient,
  query: string,
  writer: Pick<ArchiveWriter, 'add'>,
  name: string,
): Promise<void> {
  let pieces = 0
  let held: Buffer[] = []
  let heldBytes = 0
  const flush = async () => {
    if (heldBytes === 0) return
    pieces += 1
    await writer.add(`${name}/${pieces}`, Buffer.concat(held))
    held = []
    heldBytes = 0
  }
  for await (const chunk of client.query(to(`copy (${query}) to stdout`))) {
    held.push(chunk)
    heldBytes += chunk.length
    if (heldBytes >= pieceBytes) await flush()
  }
  await flush()
}

/** Reads the entries of one name, in order, into a table with these columns. */
export async function copyIn(
  client: pg.PoolClient,
  target: string,
  reader: ArchiveReader,
  name: string,
): Promise<void> {
  const pieces = async function* () {
    for (let piece = 1; (await reader.peek())?.name === `${name}/${piece}`; piece += 1) {
      const entry = await reader.next()
      if (entry !== undefined) yield* entry.bytes
    }
  }
  await pipeline(pieces, client.query(from(`copy ${target} from stdin`)))
}
