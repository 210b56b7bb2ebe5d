/**
 * A log many times longer than its limit, with a secret in every other line, while the server is
 * killed.
 */
import { existsSync, globSync, statSync } from 'node:fs'
import { scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readInBits, type SeenChunk, WrongChunk, watchFigure } from './log-stream.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

const megabytes = scaled(20, 1000)
const limit = 4 * 1024 * 1024
/** Most bytes that enter the log at once. */
const batchBytes = 256 * 1024
const secret = 'tok-9f8e7d6c5b4a/of+the=limit'
/** Bytes of a line as written. Its secret, if any, is masked. */
const lineBytes = 500
const lines = (megabytes * 1_000_000) / lineBytes

let product: Product
beforeAll(async () => {
  product = await startProduct({ HARMONT_LOG_LIMIT: '4MiB', HARMONT_RATE_LIMITS: 'off' })
  await product.api.ensurePipeline({ name: 'limit', repository: 'local/limit', default_branch: 'main' })
  await post('secrets', { name: 'token', value: secret })
})
afterAll(() => product?.remove())

async function post(path: string, body: unknown): Promise<void> {
  const answer = await fetch(`${product.server().url}/api/v0/organizations/default/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}

const program = `cat >/tmp/write.py <<'END'
import base64, os
token = os.environ['TOKEN']
forms = [token, base64.b64encode(('x' + token).encode()).decode(), '']
def line(n):
    return (('%08d %s ' % (n, forms[n % 3])).ljust(${lineBytes - 1}, '.') + '\\n').encode()
for first in range(0, ${lines}, 100):
    data = b''.join(line(n) for n in range(first, min(first + 100, ${lines})))
    while data: data = data[os.write(1, data):]
END
python3 /tmp/write.py; echo stderr speaks last >&2`

function spoolBytes(): number {
  const [spool] = globSync(`${product.dataDirectory}/sandboxes/sandboxes/*/spool`)
  return spool !== undefined && existsSync(spool) ? statSync(spool).blocks * 512 : 0
}

test('G02 G12 G15 a log beyond its limit has head, tail, an exact count of the rest, and no half secret at the cuts, although the server is killed', async () => {
  using disk = watchFigure(async () => spoolBytes() / 1e6)
  const step = { key: 'only', cmd: program, secrets: { TOKEN: 'token' } }
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr([step]) }
  const { number } = await product.api.createBuild('limit', build)
  const [job] = await product.api.listJobs('limit', number)
  const jobId = job?.id ?? ''
  const chunks: SeenChunk[] = []
  const take = (chunk: SeenChunk) => {
    if (chunk.seq !== chunks.length + 1) throw new WrongChunk(`expected chunk ${chunks.length + 1}, got ${chunk.seq}`)
    chunks.push(chunk)
  }
  const killing = (async () => {
    // Kills in the head, and in the part that is only counted.
    for (const isTime of [
      () => chunks.length > 3,
      () => chunks.some(({ kind, bytes }) => kind === 2 && bytes.includes('close to its limit')),
    ]) {
      await until(isTime)
      product.server().kill('SIGKILL')
      await product.restart()
    }
  })()
  const [times] = await Promise.all([readInBits(product, jobId, 300, take), killing])
  const ended = await buildEnd(product.api, 'limit', number, 900_000)
  expect(ended.build.state).toBe('passed')

  const output = chunks.filter(({ kind }) => kind !== 2)
  const shown = Buffer.concat(output.filter(({ kind }) => kind === 0).map(({ bytes }) => bytes)).toString()
  expect(output.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(limit)
  // Each of the two cuts may leave up to a batch of room.
  expect(shown.length).toBeGreaterThan(limit - 2 * batchBytes)
  const numbers = shown
    .trimEnd()
    .split('\n')
    .map((line) => Number(line.slice(0, 8)))
  const gap = numbers.findIndex((at, index) => at !== index)
  const resumed = numbers[gap] ?? 0
  expect(numbers.slice(gap)).toEqual(Array.from({ length: lines - resumed }, (_, index) => resumed + index))
  const remarks = chunks.filter(({ kind }) => kind === 2).map(({ bytes }) => String(bytes))
  expect(remarks.filter((remark) => remark.includes('close to its limit'))).toHaveLength(1)
  expect(remarks.filter((remark) => remark.includes('were dropped'))).toEqual([
    `The log has reached its limit of ${limit} bytes: ${(resumed - gap) * lineBytes} bytes of output were dropped here. The end of the output follows.\n`,
  ])

  // Letters of Base64 without a bit of the secret stay.
  const masked = (n: number) => [' *** ', ' e*** ', '  ...'][n % 3] ?? ''
  for (const line of shown.trimEnd().split('\n')) expect(line.slice(8)).toContain(masked(Number(line.slice(0, 8))))
  const text = await product.api.readLog(jobId)
  expect(text).toBe(Buffer.concat(output.map(({ bytes }) => bytes)).toString())
  expect(text.includes('stderr speaks last\n')).toBe(true)
  const withRemarks = await product.api.readLog(jobId, { remarks: true })
  expect(withRemarks).toBe(Buffer.concat(chunks.map(({ bytes }) => bytes)).toString())
  console.log(
    `${megabytes} MB: ${times} connections, ${chunks.length} chunks, the spool took ${disk.highest().toFixed(0)} MB at most`,
  )
}, 900_000)
