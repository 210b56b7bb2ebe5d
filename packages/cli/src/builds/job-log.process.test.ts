import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runHmHere } from '../test-support/run-hm-here.ts'

// A server whose connections break on command; a real server cannot do that.
const log = Buffer.from('line 1\nline 2: grün\nline 3\n')
const job = '6814062d-0a6c-4e52-9d3f-3a1f2b6c7d8e'

/** Serves the log, and ends each answer after the next of these numbers of bytes. */
async function serve(breakAfter: number[]) {
  const asked: (string | undefined)[] = []
  const server = createServer(({ headers: { range } }, response) => {
    asked.push(range)
    const from = range === undefined ? 0 : Number(/^bytes=(\d+)-$/.exec(range)?.[1])
    if (from >= log.length) {
      response.writeHead(416, { 'content-type': 'application/json', 'content-range': `bytes */${log.length}` })
      response.end(JSON.stringify({ error: { code: 'range_not_satisfiable', message: 'beyond the end' } }))
      return
    }
    response.writeHead(from > 0 ? 206 : 200, { 'content-type': 'text/plain', 'content-length': log.length - from })
    const end = breakAfter.shift()
    if (end === undefined) response.end(log.subarray(from))
    else response.write(log.subarray(from, from + end), () => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test.each([
  ['as text', [], log.toString()],
  ['as JSON', ['--json'], JSON.stringify({ job_id: job, content: log.toString() })],
])('hm job log prints the whole log %s although the connection breaks', async (_, flags, printed) => {
  const { asked, url } = await serve([10, 5])
  const options = { cwd: '/var/tmp', env: { HM_API_TOKEN: 't' } }
  const { code, stdout, stderr } = await runHmHere(['job', 'log', job, ...flags, '--api-url', url], options)
  expect([code, stdout.trim(), stderr]).toEqual([0, printed.trim(), ''])
  expect(asked).toHaveLength(3)
})
