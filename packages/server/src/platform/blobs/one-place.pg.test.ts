import { mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from '../../main/serve.ts'
import { migratedDatabase } from '../../testing/database.ts'
import { readSettings } from '../settings/read-settings.ts'

const log = pino({ level: 'silent' })

test('two processes of a database must use the same blob store, under any path to it', async () => {
  const { url } = await migratedDatabase()
  const parent = await mkdtemp('/var/tmp/harmont-places-')
  onTestFinished(() => rm(parent, { recursive: true }))
  const start = async (data: string, more: Readonly<Record<string, string>> = {}) => {
    const environment = { HARMONT_DATABASE_URL: url, HARMONT_RUNNER: 'off', HARMONT_DRAIN_SECONDS: '0', ...more }
    const settings = readSettings({ ...environment, HARMONT_DATA_DIR: join(parent, data) })
    const server = await serve({ settings: { ...settings, port: 0 }, log, byTheClock: false })
    onTestFinished(() => server.stop())
    return server
  }
  const first = await start('one', { HARMONT_ROLE: 'api' })
  const [blobs, elsewhere] = [join(parent, 'one/blobs'), join(parent, 'blobs')]
  await expect(start('two')).rejects.toThrow(/^HARMONT_BLOB_URL: another process/)
  await expect(start('two', { HARMONT_ROLE: 'scheduler' })).rejects.toThrow(/^HARMONT_BLOB_URL: another process/)
  const second = await start('two', { HARMONT_BLOB_URL: `file:${blobs}/../blobs` })
  await Promise.all([first.stop(), second.stop()])
  // No other server uses the database, so the blobs may have been moved.
  await rename(blobs, elsewhere)
  await start('two', { HARMONT_BLOB_URL: `file:${elsewhere}` })
})
