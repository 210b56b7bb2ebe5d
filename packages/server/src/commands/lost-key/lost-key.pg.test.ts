import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { insertGrant } from '../../forges/bitbucket/grant-store.ts'
import { serve } from '../../main/serve.ts'
import { secretsOf } from '../../organizations/secrets/secrets-of.ts'
import { placeOfSecret } from '../../organizations/secrets/set-secret.ts'
import { createSealer } from '../../platform/encryption/seal.ts'
import { readSettings } from '../../platform/settings/read-settings.ts'
import { ir } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'
import { forgetLost } from './forget-lost.ts'

const key = 'the-key-that-was-there-at-first'
const it = testServer({ HARMONT_ENCRYPTION_KEY: key })
const organization = '/api/v0/organizations/default'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp('/var/tmp/harmont-lost-key-')
})
afterAll(() => rm(folder, { recursive: true }))

const set = (name: string, value: string) => it.request(ownerToken, 'POST', `${organization}/secrets`, { name, value })

/** Returns the environment of a server on the same database without the first one's key. */
const environment = (settings: Readonly<Record<string, string>>) => ({
  ...it.environment,
  HARMONT_DATA_DIR: join(folder, randomUUID()),
  HARMONT_BLOB_URL: `file:${it.blobDirectory}`,
  HARMONT_RUNNER: 'off',
  HARMONT_BOOTSTRAP_TOKEN: ownerToken,
  ...settings,
})
const start = async (settings: Readonly<Record<string, string>>) => {
  const read = { ...readSettings(environment(settings)), port: 0 }
  const server = await serve({ settings: read, log: pino({ level: 'silent' }), byTheClock: false })
  await server.stop()
}

async function newBuild(slug: string): Promise<string> {
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }
  const path = `${organization}/pipelines/${slug}/builds`
  return (await it.request<{ id: string }>(ownerToken, 'POST', path, body)).body.id
}

test('a server does not start if its key does not decrypt the secrets, and names them without changing anything', async () => {
  await set('KEPT', 'a-value')
  const id = randomUUID()
  await insertGrant(it.server.pool, createSealer(key), id, {
    accessToken: 'a',
    refreshToken: 'r',
    expiresAt: new Date(),
  })
  const sealed = () => it.server.pool.query('select * from log_token_secrets order by fingerprint')
  const before = (await sealed()).rows
  for (const lost of [{}, { HARMONT_ENCRYPTION_KEY: 'another-key-than-was-there' }]) {
    const refused = expect(start(lost)).rejects
    await refused.toThrow(
      /^HARMONT_ENCRYPTION_KEY: expected the key that the database was encrypted with\. .*forget-lost/,
    )
    await expect(start(lost)).rejects.toThrow(
      'does not decrypt the secret KEPT of default, the connection to Bitbucket',
    )
  }
  expect((await sealed()).rows).toEqual(before)
  await start({ HARMONT_ENCRYPTION_KEY: key })
})

test('a build whose secrets the key does not decrypt fails at once and names them', async () => {
  const slug = await it.newPipeline()
  await set('LOST', 'a-value')
  await set('READ', 'a-value')
  const { pool } = it.server
  const { rows } = await pool.query<{ id: string }>("select id from secrets where name = 'LOST'")
  const other = createSealer('the-key-of-another-time')
  const id = rows[0]?.id ?? ''
  await pool.query('update secrets set sealed_value = $2 where id = $1', [id, other.seal(placeOfSecret(id), 'x')])
  const secrets = secretsOf({ pool, sealer: createSealer(key) })
  const answer = await secrets.of(await newBuild(slug), ['LOST', 'READ'])
  expect(answer).toEqual({ kind: 'unusable', reason: expect.stringContaining('The secret LOST cannot be decrypted') })
  expect(await secrets.of(await newBuild(slug), ['READ'])).toMatchObject({ kind: 'values' })
})

test('G57 secrets that are far too long are never read', async () => {
  const slug = await it.newPipeline()
  const names = Array.from({ length: 17 }, (_, n) => `LONG_${n}`)
  for (const name of names) await set(name, 'x'.repeat(64 * 1024))
  const secrets = secretsOf({ pool: it.server.pool, sealer: createSealer(key) })
  const answer = await secrets.of(await newBuild(slug), names)
  expect(answer).toEqual({ kind: 'unusable', reason: expect.stringContaining('exceed 256 KiB together') })
})

test('the operator can remove the values of a lost key, and then a server starts', async () => {
  const found = { HARMONT_ENCRYPTION_KEY: 'the-key-of-a-new-beginning' }
  await expect(start(found)).rejects.toThrow('forget-lost')
  const printed: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
  try {
    await forgetLost([], environment(found))
  } finally {
    write.mockRestore()
  }
  expect(printed.join('')).toContain('the secret KEPT of default\n')
  const { rows } = await it.server.pool.query('select name from secrets')
  expect(rows).toEqual([])
  await start(found)
})
