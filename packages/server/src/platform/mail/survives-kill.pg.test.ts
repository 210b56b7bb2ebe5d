import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { type MailServer, startMailServer } from '@harmont/outside/mail-server'
import { reservePort } from '@harmont/test-kit/port'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve } from '../../main/serve.ts'
import { migratedDatabase } from '../../testing/database.ts'
import { startMain, stopMain } from '../../testing/server-process.ts'
import { readSettings } from '../settings/read-settings.ts'

let directory: string
let mailServer: MailServer
beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/harmont-mail-kill-')
  mailServer = await startMailServer()
})
afterAll(async () => {
  await mailServer.stop()
  await rm(directory, { recursive: true })
})

test('a mail whose sending was interrupted by SIGKILL is sent when the server is back', async () => {
  const env = {
    HARMONT_DATA_DIR: directory,
    HARMONT_DATABASE_URL: (await migratedDatabase()).url,
    HARMONT_SMTP_URL: mailServer.url,
    HARMONT_RUNNER: 'off',
    HARMONT_DRAIN_SECONDS: '0',
    PORT: String(await reservePort()),
  }
  const first = await startMain(env)
  mailServer.hangs = true
  const email = `${randomUUID()}@example.com`
  const answer = await fetch(`${first.url}/api/v0/auth/passkey/signup/begin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, name: 'Ada' }),
  })
  expect(answer.status).toBe(204)
  await expect.poll(() => mailServer.hung).toBe(1)
  await stopMain(first, 'SIGKILL')
  mailServer.hangs = false
  const second = await serve({ settings: readSettings(env), log: pino({ level: 'silent' }) })
  expect((await mailServer.mailTo(email)).parsed.subject).toMatch(/sign/i)
  await second.stop()
})
