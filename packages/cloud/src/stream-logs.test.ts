import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClient } from './client.ts'
import { streamLogs } from './stream-logs.ts'

// Speaks the protocol of http.md 8.2 on loopback, and disconnects on command.
let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(answer: RequestListener) {
  server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return createClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'secret' })
}

const texts = ['first\n', 'zweite Zeile: grün\n', '', 'last']
const chunk = (seq: number) =>
  JSON.stringify({ seq, stream_kind: 0, content: texts[seq - 1], ts: 1_750_000_000_000_000_000 })

/** The rest of the stream after a `Last-Event-ID`. */
function streamAfter(last: number): Buffer {
  const history = [1, 2].filter((seq) => seq > last)
  const id = history.length === 0 ? '' : `id: ${history.at(-1)}\n`
  const live = [3, 4].filter((seq) => seq > last).map((seq) => `event: chunk\nid: ${seq}\ndata: ${chunk(seq)}\n\n`)
  const head = `event: history\n${id}data: {"chunks":[${history.map(chunk).join(',')}]}\n\n: heartbeat\n\n`
  return Buffer.from(`${head}${live.join('')}event: done\ndata: {}\n\n`)
}

async function readAll(client: ReturnType<typeof createClient>, options = {}): Promise<string> {
  let text = ''
  for await (const { bytes } of streamLogs(client, 'a-job', options)) text += Buffer.from(bytes).toString()
  return text
}

// Each cut costs the first back-off of half a second, so all cuts run concurrently.
test('a stream cut at any byte yields the same log', async () => {
  const whole = streamAfter(0)
  const opened = new Set<string>()
  const resumedAfter = new Set<string | undefined>()
  const client = await serve((request, response) => {
    const job = request.url ?? ''
    const isFirst = !opened.has(job)
    opened.add(job)
    const bytes = streamAfter(Number(request.headers['last-event-id'] ?? 0))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (!isFirst) {
      resumedAfter.add(request.headers['last-event-id']?.toString())
      return response.end(bytes)
    }
    response.write(bytes.subarray(0, Number(/cut-(\d+)/.exec(job)?.[1])), () => response.destroy())
  })
  const logs = await Promise.all(
    Array.from(whole, async (_, at) => {
      const seqs: number[] = []
      let text = ''
      for await (const { seq, bytes } of streamLogs(client, `cut-${at}`)) {
        seqs.push(seq)
        text += Buffer.from(bytes).toString()
      }
      return { seqs, text }
    }),
  )
  expect(logs.length).toBe(whole.length)
  expect(resumedAfter).toEqual(new Set([undefined, '2', '3', '4']))
  for (const log of logs) expect(log).toEqual({ seqs: [1, 2, 3, 4], text: texts.join('') })
})

test('a repeated event is yielded once, and silence reopens the stream', async () => {
  let opened = 0
  const client = await serve((_, response) => {
    opened += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    // Ignores Last-Event-ID, and does not end the first stream.
    response.write(
      opened === 1
        ? streamAfter(0)
            .toString()
            .replace(/event: done[\s\S]*/, '')
        : streamAfter(0),
    )
    if (opened > 1) response.end()
  })
  expect(await readAll(client, { silenceMs: 200 })).toBe(texts.join(''))
  expect(opened).toBe(2)
})

test('a stream that breaks after a long silence is opened again', async () => {
  const client = await serve((request, response) => {
    const last = Number(request.headers['last-event-id'] ?? 0)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (last > 0) return response.end(streamAfter(last))
    response.write(streamAfter(0).toString().split('event: chunk')[0])
    let beats = 0
    const beat = setInterval(() => {
      beats += 1
      response.write(': heartbeat\n\n')
      if (beats < 10) return
      clearInterval(beat)
      response.destroy()
    }, 50)
  })
  // The silence is longer than the patience.
  expect(await readAll(client, { patienceMs: 250, silenceMs: 600 })).toBe(texts.join(''))
})

test('a server that requires a build token receives one', async () => {
  const asked: string[] = []
  const client = await serve((request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.endsWith('/log-token'))
      return response.end(JSON.stringify({ token: 'T', expires_at: new Date(Date.now() + 3600_000) }))
    if (request.url?.includes('token=T')) return response.end(streamAfter(0))
    response.writeHead(401).end(JSON.stringify({ error: { code: 'log_stream_unauthorized', message: 'no' } }))
  })
  expect(await readAll(client, { build: { org: 'o', pipeline: 'p', number: 1 } })).toBe(texts.join(''))
  expect(asked).toHaveLength(3)
})

test('a refusal is not retried', async () => {
  let asked = 0
  const client = await serve((_, response) => {
    asked += 1
    response.writeHead(403).end(JSON.stringify({ error: { code: 'log_stream_forbidden', message: 'not yours' } }))
  })
  await expect(readAll(client)).rejects.toMatchObject({ code: 'log_stream_forbidden', status: 403 })
  expect(asked).toBe(1)
})
