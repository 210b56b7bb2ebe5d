import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { engineMigrations } from '@harmont/engine'
import { until } from '@harmont/test-kit/until'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { sweepBlobs } from '../../main/sweeps.ts'
import { makeDataDirectory, openDataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import { writeRestoreMark } from '../../platform/data-directory/restore-mark.ts'
import { migrate, readMigrations } from '../../platform/database/migrate.ts'
import { openDatabase } from '../../platform/database/open-database.ts'
import { createSealer } from '../../platform/encryption/seal.ts'
import { migrateWorker } from '../../platform/worker/supervise-worker.ts'
import { openLogTokenSecrets } from '../../streams/logs/log-token-secrets.ts'
import { databaseUrl, freshDatabase } from '../../testing/database.ts'
import { openArchive } from './archive-reader.ts'
import { everyRow, fillServer, settingsOf, silent, storeIn, tasksOf, testFolder } from './filled-server.test-support.ts'
import { restoreBackup } from './restore-backup.ts'
import { writeBackup } from './write-backup.ts'

const never = new AbortController().signal

/** Returns a stopped server with a database of its own. */
async function filledServer(folder: string, counts = { blobs: 6, rows: 300 }) {
  const pool = await freshDatabase()
  const directory = await openDataDirectory(join(folder, 'old'))
  await (await openDatabase(databaseUrl(pool), directory, silent)).close()
  const blobs = await storeIn(directory.path)
  const names = await fillServer(pool, blobs, counts)
  const sealer = createSealer(await directory.secret('encryption'))
  await openLogTokenSecrets(pool, sealer, 'a-log-token-secret', silent)
  return { pool, blobs, names, secrets: directory.secrets, path: directory.path }
}

/** Returns the digests of all blobs of a server. */
async function digestsOf(dataDirectory: string): Promise<Record<string, string>> {
  const folder = join(dataDirectory, 'blobs', 'complete')
  const names = (await readdir(folder)).sort()
  const digest = async (name: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await digest(name)])))
}

test('G54 a backup contains every row, blob, secret, task and sequence, even locked and computed ones, but no machine-specific data', async () => {
  const folder = await testFolder()
  const old = await filledServer(folder)
  await openDataDirectory(old.path).then((it) => it.secret('runner-id'))
  const file = join(folder, 'file')
  const facts = await writeBackup(old, file, never)
  expect(facts).toMatchObject({ blobs: 6, missing: [] })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const target = await freshDatabase()
  const settings = settingsOf(join(folder, 'new'), databaseUrl(target))
  const { blobs } = await restoreBackup(file, settings, silent, never)
  expect(blobs).toBe(6)
  expect(await everyRow(target)).toEqual(await everyRow(old.pool))
  expect(await tasksOf(target)).toEqual(await tasksOf(old.pool))
  expect(await digestsOf(settings.dataDirectory)).toEqual(await digestsOf(old.path))
  expect(await readdir(join(settings.dataDirectory, 'secrets'))).toEqual(['encryption'])
  // The constraints are active again.
  await expect(target.query('delete from ledger_entries')).rejects.toThrow('only ever added to')
  await expect(
    target.query("insert into memberships values (gen_random_uuid(), gen_random_uuid(), 'owner')"),
  ).rejects.toThrow('foreign key')
  const keysOf = (pool: pg.Pool) =>
    pool.query(
      "select conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) from pg_constraint where contype = 'f' order by 1, 2",
    )
  expect((await keysOf(target)).rows).toEqual((await keysOf(old.pool)).rows)
  const { rows } = await target.query<{ id: string }>(
    'insert into build_events (organization_id, build_id) select id, id from organizations limit 1 returning id',
  )
  expect(Number(rows[0]?.id)).toBeGreaterThan(1)
})

test('G54 blobs without references are kept while a backup may refer to them', async () => {
  const folder = await testFolder()
  const old = await filledServer(folder, { blobs: 100, rows: 3000 })
  const file = join(folder, 'file')
  let isDone = false
  // The backup waits here for the table's lock. Its snapshot still shows the blobs in use.
  const client = await old.pool.connect()
  await client.query('begin; lock table webhook_deliveries')
  const writing = writeBackup(old, file, never).finally(() => {
    isDone = true
  })
  const waits = () =>
    old.pool.query(
      "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'copy%' and datname = current_database()",
    )
  const sweep = () => sweepBlobs(old.pool, old.blobs, new Date(Date.now() + 60_000))
  try {
    await expect.poll(async () => (await waits()).rowCount).toBe(1)
    await old.pool.query(
      'update build_records set source_blob = null; delete from artifact_parts; delete from layer_parts; delete from engine.log_chunks; delete from packed_log_parts',
    )
    expect(await sweep()).toBe(0)
  } finally {
    await client.query('commit')
    client.release()
  }
  let removed = 0
  while (!isDone) removed += await sweep()
  const { missing, blobs } = await writing
  expect([missing, blobs]).toEqual([[], 100])
  const reader = await openArchive(file, never)
  let found = 0
  for (let entry = await reader.next(); entry !== undefined; entry = await reader.next()) {
    for await (const _ of entry.bytes);
    if (entry.name.startsWith('blobs/')) found += 1
  }
  await reader.close()
  expect(found).toBe(100)
  // The backup's lock is released once PostgreSQL has seen its connection close.
  const sweepAgain = async () => {
    removed += await sweep()
    return removed
  }
  await until(sweepAgain, (all) => all === 100)
})

test('G54 only one backup runs at a time; it names the lost blobs of a damaged server and contains the rest', async () => {
  const folder = await testFolder()
  const old = await filledServer(folder)
  await rm(join(old.path, 'blobs', 'complete', old.names[0] ?? ''))
  const both = await Promise.all(['one', 'two'].map((name) => writeBackup(old, join(folder, name), never)))
  for (const { missing, blobs } of both) expect([missing, blobs]).toEqual([[old.names[0]], 5])
})

test('G54 a backup of an earlier release is restored unchanged, and the next start migrates it', async () => {
  const folder = await testFolder()
  const pool = await freshDatabase()
  const server = await readMigrations(join(import.meta.dirname, '../../platform/database/migrations'), 'server')
  const early = [...engineMigrations.slice(0, -1), ...server.slice(0, -2)]
  await migrate(pool, early)
  await migrateWorker(pool, silent)
  const user = randomUUID()
  await pool.query("insert into users (id, email, name) values ($1, 'ada@example.com', 'Ada')", [user])
  const directory = await makeDataDirectory(join(folder, 'old'))
  const file = join(folder, 'file')
  const old = { pool, blobs: await storeIn(directory.path), secrets: directory.secrets }
  await writeBackup(old, file, never)
  const target = await freshDatabase()
  const settings = settingsOf(join(folder, 'new'), databaseUrl(target))
  await restoreBackup(file, settings, silent, never)
  const { rows } = await target.query('select name from migrations')
  expect(rows).toHaveLength(early.length)
  const opened = await openDatabase(databaseUrl(target), await openDataDirectory(settings.dataDirectory), silent)
  await opened.close()
  expect((await target.query('select id, passkey_handle from users')).rows).toEqual([
    { id: user, passkey_handle: null },
  ])
})

test('G54 a restore that was killed after its last step reports success, and no restore touches a database with tables', async () => {
  const folder = await testFolder()
  const old = await filledServer(folder)
  const file = join(folder, 'file')
  await writeBackup(old, file, never)
  const target = await freshDatabase()
  const settings = settingsOf(join(folder, 'new'), databaseUrl(target))
  await restoreBackup(file, settings, silent, never)
  const { rows } = await target.query(
    "select details ->> 'restore' as id from audit_events where action = 'server.restored'",
  )
  await writeRestoreMark(settings.dataDirectory, { id: rows[0].id, blobUrl: null })
  await expect(openDataDirectory(settings.dataDirectory)).rejects.toThrow('did not finish')
  expect(await restoreBackup(file, settings, silent, never)).toMatchObject({ before: true })
  await openDataDirectory(settings.dataDirectory)
  expect(Object.keys(await digestsOf(settings.dataDirectory))).toHaveLength(6)

  const empty = settingsOf(join(folder, 'third'), databaseUrl(target))
  await expect(restoreBackup(file, empty, silent, never)).rejects.toThrow(
    'HARMONT_DATABASE_URL: expected an empty database',
  )
  await writeRestoreMark(settings.dataDirectory, { id: randomUUID(), blobUrl: null })
  await expect(restoreBackup(file, settings, silent, never)).rejects.toThrow(
    'HARMONT_DATABASE_URL: expected an empty database',
  )
  expect(Object.keys(await digestsOf(settings.dataDirectory))).toHaveLength(6)
})

test('G54 a restore refuses a wrong encryption key and accepts the right one from the environment', async () => {
  const folder = await testFolder()
  const old = await filledServer(folder)
  await rm(join(old.secrets, 'encryption'))
  const key = 'the-key-of-the-environment'
  await openLogTokenSecrets(old.pool, createSealer(key), 'another-log-token-secret', silent)
  const file = join(folder, 'file')
  expect((await writeBackup(old, file, never)).secrets).toEqual([])
  const target = await freshDatabase()
  const path = join(folder, 'new')
  for (const wrong of [{}, { HARMONT_ENCRYPTION_KEY: 'not-the-key-of-the-environment' }]) {
    const settings = settingsOf(path, databaseUrl(target), wrong)
    await expect(restoreBackup(file, settings, silent, never)).rejects.toThrow(
      'HARMONT_ENCRYPTION_KEY: expected the key',
    )
    expect(await readdir(path)).toEqual([])
  }
  await restoreBackup(file, settingsOf(path, databaseUrl(target), { HARMONT_ENCRYPTION_KEY: key }), silent, never)
})

test('G54 a backup replaces an earlier file completely or not at all', async () => {
  const folder = await testFolder()
  const old = await filledServer(folder)
  const file = join(folder, 'file')
  await writeFile(file, 'the backup of yesterday')
  await writeFile(`${file}.unfinished-0123`, 'of one that was killed')
  const stopped = new AbortController()
  stopped.abort(new Error('stopped'))
  await expect(writeBackup(old, file, stopped.signal)).rejects.toThrow('stopped')
  expect(await readFile(file, 'utf8')).toBe('the backup of yesterday')
  await writeBackup(old, file, never)
  expect((await readdir(folder)).sort()).toEqual(['file', 'old'])
  expect((await readFile(file)).readUInt32LE()).toBe(0xfd2fb528)
  await expect(writeBackup(old, folder, never)).rejects.toThrow('is not a regular file')
})
