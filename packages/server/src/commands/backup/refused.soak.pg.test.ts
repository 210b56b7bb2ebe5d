/** Restores files that are not a backup, incomplete, or forged. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { scaled, seed } from '@harmont/test-kit/effort'
import type pg from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { random } from '../../builds/logs/generated-log.test-support.ts'
import { openDataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import { openDatabase } from '../../platform/database/open-database.ts'
import { SettingsError } from '../../platform/settings/read-settings.ts'
import { databaseUrl, freshDatabase } from '../../testing/database.ts'
import { createArchive } from './archive-writer.ts'
import { isEmptyDatabase } from './catalog-store.ts'
import { fillServer, settingsOf, silent, storeIn, testFolder } from './filled-server.test-support.ts'
import { restoreBackup } from './restore-backup.ts'
import { writeBackup } from './write-backup.ts'

const never = new AbortController().signal
const below = random(seed)
let good: Buffer
let target: pg.Pool

beforeAll(async () => {
  const folder = await mkdtemp('/var/tmp/harmont-backup-')
  const pool = await freshDatabase()
  const directory = await openDataDirectory(join(folder, 'old'))
  await directory.secret('encryption')
  await (await openDatabase(databaseUrl(pool), directory, silent)).close()
  const blobs = await storeIn(directory.path)
  await fillServer(pool, blobs, { blobs: 5, rows: 500 })
  const file = join(folder, 'good')
  await writeBackup({ pool, blobs, secrets: directory.secrets }, file, never)
  good = await readFile(file)
  await rm(folder, { recursive: true })
  target = await freshDatabase()
})

/** Restores a file, checks that nothing is left of it, and returns the reason for the refusal. */
async function refusal(bytes: Buffer): Promise<string> {
  const folder = await testFolder()
  const file = join(folder, 'file')
  await writeFile(file, bytes)
  const directory = join(folder, 'new')
  const restoring = restoreBackup(file, settingsOf(directory, databaseUrl(target)), silent, never)
  const error = await restoring.then(
    () => new Error('it was restored'),
    (reason: unknown) => reason,
  )
  expect(error, String(error)).toBeInstanceOf(SettingsError)
  expect(await readdir(directory).catch(() => [])).toEqual([])
  expect((await readdir(folder)).filter((name) => !['file', 'new'].includes(name))).toEqual([])
  expect(await isEmptyDatabase(target)).toBe(true)
  return String(error)
}

/** Returns an archive with a correct end. */
async function made(entries: Readonly<Record<string, string>>): Promise<Buffer> {
  const file = join(await testFolder(), 'made')
  const writer = await createArchive(file, never)
  for (const [name, text] of Object.entries(entries)) await writer.add(name, Buffer.from(text))
  await writer.finish()
  return readFile(file)
}

/** Returns the entries of the good backup up to its tables. */
function goodManifest(): Record<string, unknown> {
  const listed = execFileSync('tar', ['-xO', 'harmont-backup.json'], { input: zstdDecompressSync(good) })
  return JSON.parse(listed.toString()) as Record<string, unknown>
}

test(`G54 a backup that is truncated or changed anywhere is refused and leaves nothing, seed ${seed}`, async () => {
  const tar = zstdDecompressSync(good)
  for (let turn = 0; turn < scaled(2); turn += 1) {
    expect(await refusal(good.subarray(0, below(good.length)))).toMatch(/not a complete backup|begins with/)
    const flipped = Buffer.from(good)
    const at = 100 + below(good.length - 100)
    flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << below(8)), at)
    // The manifest is read before the checksum of the compression, so it may be unreadable.
    expect(await refusal(flipped)).toMatch(/not a complete backup|expected a backup/)
    // The compression's checksum does not reveal these changes: a cut, perhaps within the manifest,
    // and altered bytes within an entry.
    const cut = zstdCompressSync(
      Buffer.concat([tar.subarray(0, 512 * (40 + below(tar.length / 512 - 48))), Buffer.alloc(1024)]),
    )
    expect(await refusal(cut)).toMatch(/not a complete backup|is too large|expected a backup/)
  }
  const other = Buffer.from(tar)
  const place = other.indexOf('admin_grant')
  other.write('admin_GRANT', place)
  expect(await refusal(zstdCompressSync(other))).toContain('not a complete backup')
  const longer = Buffer.from(tar)
  expect(await refusal(zstdCompressSync(Buffer.concat([longer.subarray(0, longer.length - 1024), longer])))).toContain(
    'not a complete backup',
  )
})

test('G54 a file that is not a backup is refused with an explanation', async () => {
  expect(await refusal(Buffer.alloc(0))).toContain('not a complete backup')
  expect(await refusal(Buffer.from('a letter to somebody'))).toContain('not a complete backup')
  expect(await refusal(zstdCompressSync(Buffer.from('a letter')))).toContain('not a complete backup')
  expect(await refusal(await made({ 'some.txt': 'x' }))).toContain('begins with `some.txt`')
  expect(await refusal(await made({ 'harmont-backup.json': '{' }))).toContain('not valid JSON')
  for (const text of [
    'null',
    '[]',
    '{"format":1}',
    '{"format":1,"release":"1","madeAt":"x","migrations":[],"tables":[null],"sequences":[]}',
  ])
    expect(await refusal(await made({ 'harmont-backup.json': text }))).toContain('does not describe')
  const folder = await testFolder()
  await expect(restoreBackup(join(folder, 'none'), settingsOf(folder), silent, never)).rejects.toThrow(
    'cannot read the backup',
  )
})

test('G54 a backup of a newer release is refused by the name of that release', async () => {
  const manifest = goodManifest()
  const newer = { ...manifest, release: '9.9.9', migrations: ['server/9999-what-is-to-come.sql'] }
  for (const each of [newer, { ...manifest, release: '9.9.9', format: 2 }])
    expect(await refusal(await made({ 'harmont-backup.json': JSON.stringify(each) }))).toContain('is of release 9.9.9')
})

test('G54 names in a forged backup cannot leave the directory, reach another table, or enter a statement', async () => {
  const manifest = goodManifest()
  const begin = { 'harmont-backup.json': JSON.stringify({ ...manifest, tables: [], sequences: [] }) }
  for (const name of [
    'secrets/../../out',
    'secrets//etc/out',
    'secrets/runner-id',
    'blobs/../../../out',
    'blobs/x',
    '../out',
    'more',
  ])
    expect(await refusal(await made({ ...begin, [name]: 'x' }))).toMatch(
      /expected (secrets|blobs)|does not belong in a backup|not a complete/,
    )
  const table = (schema: string, name: string, columns: readonly string[]) => ({ schema, name, columns })
  for (const each of [
    table('pg_catalog', 'pg_authid', ['rolname']),
    table('public', 'migrations', ['name']),
    table('public', "users\" (id) from program 'touch /tmp/out'; --", ['id']),
    table('public', 'users', ['id', "id\") from program 'x'; --"]),
  ])
    expect(
      await refusal(await made({ 'harmont-backup.json': JSON.stringify({ ...manifest, tables: [each] }) })),
    ).toContain('the backup was modified')
  const sequences = [{ schema: 'public', name: 'nothing', last: '1' }]
  expect(
    await refusal(await made({ 'harmont-backup.json': JSON.stringify({ ...manifest, tables: [], sequences }) })),
  ).toContain('rejected the backup')
})

test('G54 a link or a device in a backup is refused', async () => {
  const folder = await testFolder()
  const inside = join(folder, 'inside')
  await mkdir(join(inside, 'secrets'), { recursive: true })
  await writeFile(join(inside, 'harmont-backup.json'), JSON.stringify({ ...goodManifest(), tables: [], sequences: [] }))
  execFileSync('ln', ['-s', '/etc/passwd', join(inside, 'secrets', 'encryption')])
  const tar = execFileSync('tar', ['-C', inside, '-c', 'harmont-backup.json', 'secrets/encryption'])
  expect(await refusal(zstdCompressSync(tar))).toContain(
    'it contains secrets/encryption, which does not belong in a backup',
  )
})

test('G54 a restore into a directory that is not empty is refused', async () => {
  const folder = await testFolder()
  const file = join(folder, 'file')
  await writeFile(file, good)
  const directory = join(folder, 'new')
  await mkdir(directory)
  await writeFile(join(directory, 'mine'), 'x')
  const settings = settingsOf(directory, databaseUrl(target))
  await expect(restoreBackup(file, settings, silent, never)).rejects.toThrow(
    'HARMONT_DATA_DIR: expected an empty directory',
  )
  expect(await readdir(directory)).toEqual(['mine'])
  const blobs = { HARMONT_BLOB_URL: `file:${directory}` }
  const elsewhere = settingsOf(join(folder, 'other'), databaseUrl(target), blobs)
  await expect(restoreBackup(file, elsewhere, silent, never)).rejects.toThrow(
    'HARMONT_BLOB_URL: expected an empty directory',
  )
  expect(await readdir(directory)).toEqual(['mine'])
  expect(await isEmptyDatabase(target)).toBe(true)
})
