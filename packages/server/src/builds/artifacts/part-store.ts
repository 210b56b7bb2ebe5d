import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Disk, type PartStore, partBytes } from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { ByteRange } from '../../platform/input/byte-range.ts'
import { lackOfRoom } from './room.ts'

/** Smaller parts are stored in the database: a file and its flush cost more. */
const smallBytes = 8 * 1024

interface PartServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly disk: Pick<Disk, 'full'>
}

/** Stores the parts of artifacts in the blob store, as long as there is room. */
export function partStore({ pool, blobs, disk }: PartServices): PartStore {
  return {
    async lacking({ buildId }, { digests, bytes }) {
      const message = await lackOfRoom(pool, buildId, bytes)
      return message === null
        ? { kind: 'lacking', digests: await lackingParts(pool, digests) }
        : { kind: 'refused', message }
    },
    async put(_, digest, bytes) {
      if (disk.full !== null) throw new Error(`could not store a part of an artifact: ${disk.full}`)
      await putPart(pool, blobs, digest, bytes)
    },
  }
}

/**
 * Returns the parts that are not stored yet. Marks the others as used, so the sweep spares them
 * until the caller's job has ended (`sweep-parts.ts`).
 */
export async function lackingParts(database: Database, digests: readonly string[]): Promise<readonly string[]> {
  const { rows } = await database.query<{ digest: string }>({
    name: 'use-artifact-parts',
    // Always locks in the same order: two steps may share parts.
    text: `update artifact_parts set used_at = now()
            where digest = any(array(select digest from artifact_parts where digest = any($1) order by digest for no key update))
           returning digest`,
    values: [digests],
  })
  const there = new Set(rows.map(({ digest }) => digest))
  return [...new Set(digests)].filter((digest) => !there.has(digest))
}

/**
 * Stores a part durably. Equal parts are stored once. Throws when the bytes do not match the
 * digest. If the process dies in between, the sweep of blobs removes the unreferenced blob.
 */
export async function putPart(database: Database, blobs: BlobStore, digest: string, bytes: Uint8Array): Promise<void> {
  if (bytes.length > partBytes) throw new Error(`expected a part of at most ${partBytes} bytes, got ${bytes.length}`)
  const got = createHash('sha256').update(bytes).digest('hex')
  if (got !== digest) throw new Error(`expected a part with SHA-256 ${digest}, got one with ${got}`)
  if ((await lackingParts(database, [digest])).length === 0) return
  if (bytes.length <= smallBytes) {
    await keepPart(database, { digest, bytes: bytes.length, blob: null, small: bytes })
    return
  }
  const blob = await writeBlob(blobs, bytes)
  // Another process stored it in the meantime.
  if (!(await keepPart(database, { digest, bytes: bytes.length, blob, small: null }))) await blobs.remove(blob)
}

async function writeBlob(blobs: BlobStore, bytes: Uint8Array): Promise<string> {
  const writer = await blobs.create()
  try {
    await writer.write(bytes)
    return await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
}

interface PartRow {
  readonly digest: string
  readonly bytes: number
  readonly blob: string | null
  readonly small: Uint8Array | null
}

/** Returns false when the part is stored already. Marks it as used in either case. */
async function keepPart(database: Database, { digest, bytes, blob, small }: PartRow): Promise<boolean> {
  const { rows } = await database.query<{ is_own: boolean }>({
    name: 'keep-artifact-part',
    text: `insert into artifact_parts (digest, bytes, blob, small) values ($1, $2, $3, $4)
           on conflict (digest) do update set used_at = now() returning blob is not distinct from $3 as is_own`,
    values: [digest, bytes, blob, small],
  })
  return rows[0]?.is_own === true
}

/** The position of a file within its parts. */
export interface PlaceInParts {
  readonly parts: readonly string[]
  readonly part_offset: number
  readonly bytes: number
}

/**
 * Streams a file, or a range of it. Holds only a few chunks of one part in memory. The stream fails
 * for an absent part.
 */
export function openFile(
  database: Database,
  blobs: BlobStore,
  { parts, part_offset: first, bytes }: PlaceInParts,
  range: ByteRange = { start: 0, end: bytes },
): Readable {
  const place = { start: first + range.start, end: first + range.end }
  return Readable.from(readParts(database, blobs, parts, place), { objectMode: false })
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as (options: { readonly type: 'minor' }) => void
/** Bytes read by downloads since the last collection. */
let readSince = 0

/**
 * Collects the buffers that were sent, once per 16 MiB [1 ms]. Without this V8 lets 60 MiB of them
 * accumulate, and more on a busy machine.
 */
function freeSent(bytes: number): void {
  readSince += bytes
  if (readSince < partBytes) return
  readSince = 0
  collectGarbage({ type: 'minor' })
}

/** Yields the bytes of these parts in order, from `start` to before `end`. */
async function* readParts(
  database: Database,
  blobs: BlobStore,
  digests: readonly string[],
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  const parts = await findParts(database, digests)
  let offset = 0
  for (const digest of digests) {
    const part = parts.get(digest)
    if (part === undefined) throw new Error(`the part ${digest} of an artifact is missing`)
    const start = Math.max(0, range.start - offset)
    const end = Math.min(part.bytes, range.end - offset)
    offset += part.bytes
    if (start >= end) continue
    if (part.blob === null) yield (await readSmall(database, digest)).subarray(start, end)
    else yield* blobs.open(part.blob, { start, end })
    freeSent(end - start)
  }
}

async function findParts(
  database: Database,
  digests: readonly string[],
): Promise<ReadonlyMap<string, Pick<PartRow, 'bytes' | 'blob'>>> {
  const { rows } = await database.query<Pick<PartRow, 'digest' | 'bytes' | 'blob'>>({
    name: 'find-artifact-parts',
    text: 'select digest, bytes, blob from artifact_parts where digest = any($1)',
    values: [digests],
  })
  return new Map(rows.map((row) => [row.digest, row]))
}

async function readSmall(database: Database, digest: string): Promise<Uint8Array> {
  const { rows } = await database.query<{ small: Uint8Array }>({
    name: 'read-artifact-part',
    text: 'select small from artifact_parts where digest = $1 and small is not null',
    values: [digest],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`the part ${digest} of an artifact was removed while it was being read`)
  return row.small
}
