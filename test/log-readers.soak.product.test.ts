/** Many readers of one log, and readers that stop reading. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readInBits, type SeenChunk, WrongChunk, watchFigure } from './log-stream.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

const readers = scaled(25, 1000)
/** Memory in MB that a stopped reader may cost: one answer that waits, and one on its way. */
const mostOfOne = 1
/** Memory that others, and a later garbage collection, may take. */
const slack = 250

let product: Product
beforeAll(async () => {
  product = await startProduct({ HARMONT_RATE_LIMITS: 'off' })
  await product.api.ensurePipeline({ name: 'readers', repository: 'local/readers', default_branch: 'main' })
})
afterAll(() => product?.remove())

async function start(cmd: string): Promise<{ readonly number: number; readonly jobId: string }> {
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr([{ key: 'only', cmd }]) }
  const { number } = await product.api.createBuild('readers', build)
  const [job] = await product.api.listJobs('readers', number)
  return { number, jobId: job?.id ?? '' }
}

async function serverMemory(): Promise<number> {
  const status = await readFile(`/proc/${product.server().pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1000
}

/**
 * Reconnects when the connection breaks. With so many readers one may wait longer than clients do.
 */
async function readWhole(jobId: string): Promise<{ readonly bytes: number; readonly chunks: number }> {
  let [bytes, chunks] = [0, 0]
  await readInBits(product, jobId, 300_000, (chunk) => {
    checkNext(chunk, ++chunks)
    if (chunk.kind !== 2) bytes += chunk.bytes.length
  })
  return { bytes, chunks }
}

function checkNext({ seq }: SeenChunk, expected: number): void {
  if (seq !== expected) throw new WrongChunk(`expected chunk ${expected}, got ${seq}`)
}

test('G13 many readers of one job that runs each see every chunk once', async () => {
  const idle = await serverMemory()
  using memory = watchFigure(serverMemory)
  const { number, jobId } = await start(
    `i=0; while [ $i -lt 200 ]; do echo "line $i $(head -c 300 /dev/zero | tr '\\0' x)"; i=$((i + 1)); sleep 0.02; done`,
  )
  const seen = await Promise.all(Array.from({ length: readers }, () => readWhole(jobId)))
  expect((await buildEnd(product.api, 'readers', number)).build.state).toBe('passed')
  expect(new Set(seen.map(({ chunks }) => chunks)).size).toBe(1)
  expect(seen[0]?.bytes).toBe((await product.api.readLog(jobId)).length)
  const grown = memory.highest() - idle
  console.log(
    `${readers} readers of ${seen[0]?.chunks} chunks as they came: the server ${grown.toFixed(0)} MB more than idle`,
  )
  expect(grown).toBeLessThan(slack + readers * mostOfOne)
})

/**
 * Requests a stream and reads only the beginning of the answer. After a minute the server drops it.
 */
async function ask(jobId: string): Promise<Socket> {
  const { hostname, port } = new URL(product.server().url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(
    `GET /v0/jobs/${jobId}/logs HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer ${product.token}\r\n\r\n`,
  )
  await once(socket, 'data')
  socket.pause()
  return socket
}

test('G14 readers that stop reading cost the server at most an answer each, and delay nobody', async () => {
  const bytes = scaled(10_000_000, 40_000_000)
  const { number, jobId } = await start(`yes ${'x'.repeat(999)} | head -c ${bytes}`)
  await buildEnd(product.api, 'readers', number, 600_000)
  const idle = await serverMemory()
  using memory = watchFigure(serverMemory)
  const sockets = await Promise.all(Array.from({ length: readers }, () => ask(jobId)))
  try {
    // It comes after all of them, and the server has answered each.
    expect((await readWhole(jobId)).bytes).toBe(bytes)
    const stalled = memory.highest() - idle
    console.log(`${readers} readers that do not read: the server ${stalled.toFixed(0)} MB more than idle`)
    expect(stalled).toBeLessThan(slack + readers * mostOfOne)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})
