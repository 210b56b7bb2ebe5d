import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as send } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createMemoryStore } from '@harmont/engine'
import { expect, test } from 'vitest'
import { serveWire } from '../port-under-test.test-support.ts'
import { connectRunner } from './connect-runner.ts'

const options = { token: async () => 'r', onOutdated: () => undefined, log: () => undefined }

test.each([
  'http://example.com',
  'http://10.0.0.1:4000',
  'http://127.0.0.1.example.com',
  'ftp://localhost',
  'ws://[::1]',
])('a runner does not go to %s without TLS', (url) => {
  expect(() => connectRunner({ ...options, url })).toThrow('by https')
})

test('a runner trusts only the given roots, and speaks HTTP/1.1 with servers that offer more', async () => {
  const directory = mkdtempSync('/var/tmp/harmont-wire-')
  const [key, cert] = [join(directory, 'key'), join(directory, 'cert')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  await using wire = await serveWire(createMemoryStore())
  const ca = readFileSync(cert, 'utf8')
  const versions = new Set<string>()
  const tls = createSecureServer({ key: readFileSync(key), cert: ca, allowHTTP1: true }, (request, response) => {
    const { url = '/', method, headers, httpVersion } = request
    versions.add(httpVersion)
    request.pipe(
      send(wire.url + url, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers)
        answer.pipe(response)
      }),
    )
  })
  await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${(tls.address() as AddressInfo).port}`
  const settings = { wholeMs: 0 }
  const trusting = connectRunner({ ...options, url, ca, settings })
  expect(await trusting.renew('r')).toEqual([])
  expect([...versions]).toEqual(['1.1'])
  const strict = connectRunner({ ...options, url, settings })
  await expect(strict.renew('r')).rejects.toThrow('certificate')
  await Promise.all([trusting.close(), strict.close()])
  tls.close()
  rmSync(directory, { recursive: true })
})
