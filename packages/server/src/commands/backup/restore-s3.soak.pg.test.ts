import { createHash } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { effort } from '@harmont/test-kit/effort'
import type pg from 'pg'
import { expect, test } from 'vitest'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { write } from '../../platform/blobs/blob-store-suite.ts'
import { openBlobs } from '../../platform/blobs/open-blobs.ts'
import { openDataDirectory } from '../../platform/data-directory/open-data-directory.ts'
import { writeRestoreMark } from '../../platform/data-directory/restore-mark.ts'
import { openDatabase } from '../../platform/database/open-database.ts'
import { createSealer } from '../../platform/encryption/seal.ts'
import { openLogTokenSecrets } from '../../streams/logs/log-token-secrets.ts'
import { databaseUrl, freshDatabase } from '../../testing/database.ts'
import { freshBucket } from '../../testing/s3.ts'
import { fillServer, settingsOf, silent, storeIn, testFolder } from './filled-server.test-support.ts'
import { restoreBackup } from './restore-backup.ts'
import { writeBackup } from './write-backup.ts'

const never = new AbortController().signal

async function digestsOf(blobs: BlobStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for await (const { name } of blobs.list()) {
    const hash = createHash('sha256')
    for await (const bytes of blobs.open(name)) hash.update(bytes)
    found[name] = hash.digest('hex')
  }
  return found
}

test.runIf(effort > 1)(
  'G54 G85 a backup is restored into S3 and back; a failed restore leaves nothing there, and a killed one starts over',
  async () => {
    const folder = await testFolder()
    const { environment } = await freshBucket()
    const pool = await freshDatabase()
    const directory = await openDataDirectory(join(folder, 'old'))
    await (await openDatabase(databaseUrl(pool), directory, silent)).close()
    const blobs = await storeIn(directory.path)
    await fillServer(pool, blobs, { blobs: 6, rows: 10 })
    await openLogTokenSecrets(pool, createSealer(await directory.secret('encryption')), 'a-log-token-secret', silent)
    const file = join(folder, 'file')
    await writeBackup({ pool, blobs, secrets: directory.secrets }, file, never)

    const on = (name: string, target: pg.Pool, more = {}) =>
      settingsOf(join(folder, name), databaseUrl(target), { ...environment, ...more })
    const target = await freshDatabase()
    const settings = on('new', target)
    const s3 = await openBlobs(settings, { path: folder, blobs: '' })

    const wrong = on('wrong', target, { HARMONT_ENCRYPTION_KEY: 'not-the-key-of-the-environment' })
    await expect(restoreBackup(file, wrong, silent, never)).rejects.toThrow('HARMONT_ENCRYPTION_KEY: expected the key')
    expect([await digestsOf(s3), await readdir(wrong.dataDirectory)]).toEqual([{}, []])

    // The state left by a restore that was killed while it wrote blobs.
    await write(s3, Buffer.from('of the killed restore'))
    await expect(restoreBackup(file, settings, silent, never)).rejects.toThrow(
      'HARMONT_BLOB_URL: expected a place without',
    )
    await mkdir(settings.dataDirectory, { recursive: true })
    await writeRestoreMark(settings.dataDirectory, { id: 'killed', blobUrl: environment.HARMONT_BLOB_URL ?? '' })
    expect(await restoreBackup(file, settings, silent, never)).toMatchObject({ blobs: 6, before: false })
    expect(await digestsOf(s3)).toEqual(await digestsOf(blobs))

    const again = join(folder, 'again')
    await writeBackup(
      { pool: target, blobs: s3, secrets: (await openDataDirectory(settings.dataDirectory)).secrets },
      again,
      never,
    )
    const back = settingsOf(join(folder, 'back'), databaseUrl(await freshDatabase()))
    await restoreBackup(again, back, silent, never)
    expect(await digestsOf(await storeIn(back.dataDirectory))).toEqual(await digestsOf(blobs))
  },
)
