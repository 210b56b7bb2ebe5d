import type { RequestListener, ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { listen } from '../port-under-test.test-support.ts'
import { connectRunner } from './connect-runner.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** Connects to a server that sends the given responses, and then acts as an idle one. */
async function connected(answers: ((response: ServerResponse) => void)[], tokens = ['t']) {
  const asked: { readonly token: string; readonly at: number }[] = []
  const listener: RequestListener = (request, response) => {
    asked.push({ token: request.headers.authorization ?? '', at: performance.now() })
    const answer = answers.shift()
    if (answer) return answer(response)
    response.writeHead(200, { 'harmont-now': '1000000', 'harmont-held': '0' }).end('{"leases":[]}')
  }
  const server = await listen(listener)
  const token = async (refused?: string) => tokens.find((one) => one !== refused) ?? 'none'
  const port = connectRunner({ url: server.url, token, onOutdated: () => undefined, log: () => undefined })
  closing.push(server.close, port.close)
  return { port, asked }
}

const refuse = (status: number, body = '{"code":"c","message":"m"}', headers = {}) => {
  return (response: ServerResponse) => void response.writeHead(status, headers).end(body)
}

test('a refused token is renewed once; a second refusal is final', async () => {
  const { port, asked } = await connected([refuse(401)], ['old', 'new'])
  expect(await port.renew('r')).toEqual([])
  expect(asked.map(({ token }) => token)).toEqual(['Bearer old', 'Bearer new'])
  const both = await connected([refuse(401), refuse(401)], ['old', 'new'])
  expect(await Promise.all([both.port.renew('r'), both.port.renew('r')])).toEqual([[], []])
  const revoked = await connected(
    Array.from({ length: 9 }, () => refuse(401)),
    ['old', 'new'],
  )
  await expect(revoked.port.renew('r')).rejects.toThrow('with 401: m')
  expect(revoked.asked.length).toBe(2)
})

test('a busy server is called again after the time that it names, and after an error of a proxy at once', async () => {
  const busy = await connected([refuse(503, '{}', { 'retry-after': '1' })])
  expect(await busy.port.renew('r')).toEqual([])
  expect((busy.asked[1]?.at ?? 0) - (busy.asked[0]?.at ?? 0)).toBeGreaterThan(950)
  const answers = [500, 502, 520].map((status) => refuse(status, `<h1>${status}</h1>`))
  const proxy = await connected([...answers, refuse(200, '<h1>Sign in</h1>')])
  expect(await proxy.port.renew('r')).toEqual([])
  expect(proxy.asked.length).toBe(5)
})

test('a failure of the server is left to the caller, who decides how long to retry', async () => {
  const { port, asked } = await connected([refuse(500)])
  await expect(port.renew('r')).rejects.toMatchObject({ code: 'c' })
  expect(asked.length).toBe(1)
})

test('a server of an earlier release without registry logins has none for jobs, proofs and shells', async () => {
  const unknown = refuse(404, '{"code":"unknown_call","message":"m"}')
  const work = refuse(200, '{"work":{}}', { 'harmont-now': '1000000', 'harmont-held': '0' })
  const { port, asked } = await connected([unknown, unknown, work, unknown])
  expect(await port.registryLogin({ jobId: 'j', buildId: 'b', fence: 1 }, 'registry.example')).toBeNull()
  expect(await port.probes?.registryLogin({ jobId: 'j', buildId: 'b', fork: 'f' }, 'registry.example')).toBeNull()
  expect(await (await port.shells.work('t')).findLogin('registry.example')).toBeNull()
  expect(asked.length).toBe(4)
})
