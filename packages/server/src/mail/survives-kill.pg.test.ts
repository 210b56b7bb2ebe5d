import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type MailServer, startMailServer } from '@harmont/outside/mail-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, type ProcessOfServer, startMain } from '../testing/server-process.ts'

let directory: string
let mailServer: MailServer
let server: ProcessOfServer | undefined
beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/harmont-mail-kill-')
  mailServer = await startMailServer()
})
afterAll(async () => {
  if (server !== undefined) {
    server.child.kill('SIGTERM')
    await once(server.child, 'close')
  }
  await mailServer.stop()
  await rm(directory, { recursive: true })
})

async function start() {
  server = await startMain({
    HARMONT_DATA_DIR: directory,
    HARMONT_SMTP_URL: mailServer.url,
    HARMONT_RUNNER: 'off',
    HARMONT_DRAIN_SECONDS: '0',
    PORT: String(await freePort()),
  })
  return server
}

test('a mail whose sending was cut by SIGKILL is sent when the server is back', async () => {
  const { child, url } = await start()
  mailServer.hangs = true
  const email = `${randomUUID()}@example.com`
  const answer = await fetch(`${url}/api/v0/auth/passkey/signup/begin`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, name: 'Ada' }),
  })
  expect(answer.status).toBe(204)
  await expect.poll(() => mailServer.hung).toBe(1)
  child.kill('SIGKILL')
  await once(child, 'close')
  mailServer.hangs = false
  await start()
  expect((await mailServer.mailTo(email)).parsed.subject).toMatch(/sign/i)
})
