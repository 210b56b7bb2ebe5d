import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@harmont/cloud'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hmProgram, programEnv, runHm } from '../test-support/run-hm.ts'
import { requireServer } from './login.ts'

const cwd = mkdtempSync(join(tmpdir(), 'hm-login-'))
let silent: Server
let url: string
beforeAll(async () => {
  // Accepts calls and never answers.
  silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`
})
afterAll(() => {
  silent.close()
  rmSync(cwd, { recursive: true })
})

test('signing in to a server that does not listen fails before a browser opens or a question is asked', async () => {
  const line = `exec '${process.execPath}' '${hmProgram}' login --api-url http://127.0.0.1:9`
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd,
    env: { ...programEnv, HOME: cwd, TERM: 'dumb', BROWSER: '/bin/true' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  await once(child, 'close')
  expect(child.exitCode).toBe(4)
  expect(shown).toMatch(/^error\[unreachable\]: http:\/\/127\.0\.0\.1:9 cannot be reached/)
  expect(shown).not.toContain('cli-login')
  for (const way of ['--paste', '--token'])
    expect(await runHm(['login', way, '--api-url', 'http://127.0.0.1:9'], { cwd })).toMatchObject({
      code: 4,
      stdout: '',
    })
})

test('signing in to a server that accepts the call and never answers fails after the time limit', async () => {
  const client = createClient({ baseUrl: url })
  await expect(requireServer(client, new AbortController().signal, 50)).rejects.toMatchObject({
    exit: 4,
    code: 'no_answer',
    message: `${url} did not answer within 0.05 s`,
  })
  const stopped = AbortSignal.abort(new Error('Ctrl-C'))
  await expect(requireServer(client, stopped, 50)).rejects.toThrow('Ctrl-C')
})

test('without a terminal, signing in explains how to sign in there', async () => {
  await using server = createHttpServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await runHm(['login', '--api-url', address], { cwd })).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: `error[usage]: signing in needs a code, and there is no terminal to ask on
fix: hm login --token < FILE with a key from hm token create, or open ${address}/cli-login?paste=true and pass its code: HM_LOGIN_CODE=CODE hm login
`,
  })
})
