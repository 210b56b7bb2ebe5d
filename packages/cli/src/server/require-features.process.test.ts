import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runHmHere } from '../test-support/run-hm-here.ts'

/** A server of a release without `features`, which would accept the build. */
let server: Server
let cwd: string
const asked: string[] = []
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'hm-features-'))
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const isConfig = request.url === '/api/v0/auth/config'
    response.writeHead(isConfig ? 200 : 500, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isConfig ? { providers: [], passkeys: true, version: '0.1.0' } : {}))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.close()
  rmSync(cwd, { recursive: true })
})

test('G135 sends nothing to a server that would ignore options of a step', async () => {
  const steps = [{ type: 'command', key: 'a', cmd: 'true', append: {} }]
  writeFileSync(join(cwd, 'ir.json'), JSON.stringify({ version: '0', steps }))
  const { port } = server.address() as AddressInfo
  const env = { HM_API_URL: `http://127.0.0.1:${port}`, HM_API_TOKEN: 'token' }
  const args = ['cloud', 'run', 'ci', '--org', 'acme', '--plan-file', 'ir.json', '--detach']
  const refused = await runHmHere(args, { cwd, env })
  expect(refused, refused.stderr).toMatchObject({ code: 7, stdout: '' })
  expect(refused.stderr).toMatch(/^error\[feature_missing\]: the server at .* is too old for append of steps$/m)
  expect(asked).toEqual(['GET /api/v0/auth/config'])
})
