import { readFile } from 'node:fs/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createSealer } from '../../platform/encryption/seal.ts'
import { freshDatabase } from '../../testing/database.ts'
import { makeLogToken, readLogToken } from './log-token.ts'
import { openLogTokenSecrets } from './log-token-secrets.ts'

const build = '00000000-0000-4000-8000-00000000c1c1'
const sealer = createSealer('the-encryption-key')
const migration = new URL('../../platform/database/migrations/0013-log-token-secrets.sql', import.meta.url)

test('after a change of the secret earlier tokens are valid for an hour, across restarts and if it is changed back', async () => {
  const pool = await freshDatabase()
  await pool.query(await readFile(migration, 'utf8'))
  const lines: string[] = []
  const log = pino({}, { write: (line: string) => lines.push(line) })
  const start = (secret: string, key = sealer) => openLogTokenSecrets(pool, key, secret, log)
  const reads = (secrets: Awaited<ReturnType<typeof start>>, secret: string) => {
    const now = new Date()
    return readLogToken(secrets, makeLogToken(secret, build, now).token, now)?.buildId === build
  }
  expect(await start('first')).toEqual({ current: 'first', previous: [] })
  await start('second')
  // Another start does not extend the hour.
  await pool.query(
    "update log_token_secrets set counts_until = counts_until - interval '59 minutes' where counts_until is not null",
  )
  const second = await start('second')
  expect([reads(second, 'second'), reads(second, 'first'), reads(second, 'third')]).toEqual([true, true, false])
  expect(Number(second.previous[0]?.until) - Date.now()).toBeLessThanOrEqual(60_000)

  const first = await start('first')
  expect([reads(first, 'first'), reads(first, 'second')]).toEqual([true, true])
  await pool.query('update log_token_secrets set counts_until = now() where counts_until is not null')
  expect(await start('first')).toEqual({ current: 'first', previous: [] })

  // The database alone reveals nothing, and without its key the secret is ignored.
  const { rows } = await pool.query<{ sealed: Buffer }>('select sealed from log_token_secrets')
  expect(rows.every(({ sealed }) => !sealed.includes('first'))).toBe(true)
  expect(lines).toEqual([])
  expect(await start('third', createSealer('another-key'))).toEqual({ current: 'third', previous: [] })
  expect(lines.join()).toContain('earlier log tokens are no longer valid')
})
