import { mkdtemp, rm } from 'node:fs/promises'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { serve } from '../../main/serve.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { migratedDatabase } from '../../testing/database.ts'

const log = pino({ level: 'silent' })
const token = 'the-bootstrap-token-of-tests'
const other = 'another-bootstrap-token-of-tests'

test('the bootstrap key works while its setting is present, and changes with it', async () => {
  const directory = await mkdtemp('/var/tmp/harmont-bootstrap-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const env = {
    HARMONT_DATA_DIR: directory,
    HARMONT_DATABASE_URL: (await migratedDatabase()).url,
    HARMONT_RUNNER: 'off',
    HARMONT_DRAIN_SECONDS: '0',
  }
  const status = async (url: string, key: string) =>
    (await fetch(`${url}/api/v0/user`, { headers: { authorization: `Bearer ${key}` } })).status
  const runs: readonly [string | null, readonly [number, number]][] = [
    [token, [200, 401]],
    [other, [401, 200]],
    [null, [401, 401]],
    [token, [200, 401]],
  ]
  for (const [key, expected] of runs) {
    const settings = readSettings({ ...env, ...(key === null ? {} : { HARMONT_BOOTSTRAP_TOKEN: key }) })
    const server = await serve({ settings: { ...settings, port: 0 }, log })
    expect([await status(server.url, token), await status(server.url, other)]).toEqual(expected)
    await server.stop()
  }
})
