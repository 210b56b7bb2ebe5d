/** Copies all blobs of a running server to another store, and compares each by its digest. */
import { createHash } from 'node:crypto'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { blobReferences } from '../../platform/blobs/references.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'

/** The number of blobs copied in parallel. */
const lanes = 4
const namesAtOnce = 1000

interface Copying {
  readonly pool: pg.Pool
  readonly from: BlobStore
  readonly to: BlobStore
  /** A file with the names of compared blobs, from which a killed copy resumes. */
  readonly journal: string
  readonly signal: AbortSignal
}

export interface CopyFacts {
  copied: number
  bytes: number
  /** Blobs that the target already had unchanged. */
  known: number
  /** Blobs that rows refer to but that do not exist, because the server is damaged. */
  readonly missing: string[]
}

/** Copies every blob that is referenced at this moment, and updates `facts` during the copy. */
export async function copyBlobs({ pool, ...copying }: Copying, facts: CopyFacts): Promise<void> {
  const there = new Set<string>()
  for await (const { name } of copying.to.list()) there.add(name)
  const compared = await readJournal(copying.journal)
  const journal = await open(copying.journal, 'a', 0o600)
  const client = await pool.connect()
  try {
    const names = referencedNames(client)
    const lane = async () => {
      for await (const name of names) {
        copying.signal.throwIfAborted()
        if (compared.has(name) && there.has(name)) facts.known += 1
        else await copyOne({ ...copying, client, facts, journal }, name, there.has(name))
      }
    }
    const ends = await Promise.allSettled(Array.from({ length: lanes }, lane))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  } finally {
    client.release(true) // also closes the cursor
    await journal.close()
  }
}

async function* referencedNames(client: pg.PoolClient): AsyncGenerator<string> {
  // The cursor outlives its transaction. A transaction as long as the copy would keep dead rows
  // from vacuum.
  await client.query(
    `begin; set local statement_timeout = 0;
     declare blobs_to_copy cursor with hold for select distinct blob from (${blobReferences()}) r order by blob;
     commit`,
  )
  for (;;) {
    const { rows } = await client.query<{ blob: string }>(`fetch ${namesAtOnce} from blobs_to_copy`)
    if (rows.length === 0) return
    for (const { blob } of rows) yield blob
  }
}

interface OneOfMany extends Pick<Copying, 'from' | 'to'> {
  readonly client: pg.PoolClient
  readonly facts: CopyFacts
  readonly journal: FileHandle
}

async function copyOne({ client, from, to, facts, journal }: OneOfMany, name: string, isThere: boolean): Promise<void> {
  try {
    // A blob that the target has was copied by a run that was killed before the comparison.
    if (isThere && (await isEqual(from, to, name))) facts.known += 1
    else {
      facts.bytes += await copyCompared(from, to, name)
      facts.copied += 1
    }
  } catch (error) {
    if ((await from.size(name)) !== undefined) throw error
    // The sweep has removed the blob meanwhile, unless a row still refers to it.
    if (await isReferenced(client, name)) facts.missing.push(name)
    return
  }
  await journal.writeFile(`${name}\n`)
}

async function isEqual(from: BlobStore, to: BlobStore, name: string): Promise<boolean> {
  try {
    return (await digestOf(to, name)) === (await digestOf(from, name))
  } catch {
    // If a blob cannot be read, copying it again reports the reason.
    return false
  }
}

async function digestOf(store: BlobStore, name: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of store.open(name)) hash.update(bytes)
  return hash.digest('hex')
}

/** Copies a blob and reads the copy. Returns its size. */
async function copyCompared(from: BlobStore, to: BlobStore, name: string): Promise<number> {
  const hash = createHash('sha256')
  const writer = await to.create(name)
  let size = 0
  try {
    for await (const bytes of from.open(name)) {
      hash.update(bytes)
      size += bytes.length
      await writer.write(bytes)
    }
    await writer.finish()
  } catch (error) {
    await writer.abort()
    throw error
  }
  if ((await digestOf(to, name)) !== hash.digest('hex'))
    throw new SettingsError(`blobs: the copy of ${name} has other bytes than the original. Run the command again.`)
  return size
}

async function isReferenced(client: pg.PoolClient, name: string): Promise<boolean> {
  const { rowCount } = await client.query(`select from (${blobReferences()}) r where blob = $1 limit 1`, [name])
  return rowCount === 1
}

/** Reads the names of compared blobs. A partly written name matches no blob. */
async function readJournal(path: string): Promise<ReadonlySet<string>> {
  try {
    return new Set((await readFile(path, 'utf8')).split('\n'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Set()
    throw error
  }
}
