import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { runHmHere } from '../test-support/run-hm-here.ts'

test('hm continues its caller’s trace, and ignores an invalid one', async () => {
  const seen: (string | string[] | undefined)[] = []
  const server = createServer(({ headers }, response) => {
    seen.push(headers.traceparent)
    response.writeHead(401, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cwd = mkdtempSync('/tmp/harmont-session-')
  const env = { HM_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, HM_API_TOKEN: 'token' }
  const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
  try {
    for (const TRACEPARENT of [own, '', `${own}\r\nx: y`, 'nonsense'])
      await runHmHere(['whoami'], { cwd, env: { ...env, TRACEPARENT } })
    expect(seen).toEqual([own, undefined, undefined, undefined])
  } finally {
    server.close()
    rmSync(cwd, { recursive: true })
  }
})
