/** Output comes back byte for byte, in order, by each way of reading it. */
import { createHash, type Hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readInBits, readStream, type SeenChunk, WrongChunk, watchFigure } from './log-stream.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

/** Size of the long logs. */
const megabytes = 2 * scaled(2, 100)
/** Memory beyond the idle server's. A long log held in memory would exceed it. */
const mostMemory = 400

let product: Product
beforeAll(async () => {
  product = await startProduct({ HARMONT_RATE_LIMITS: 'off' })
  await product.api.ensurePipeline({ name: 'logs', repository: 'local/logs', default_branch: 'main' })
})
afterAll(() => product?.remove())

/** Writes with `put`, and at last the digest of each stream. */
function program(body: string): string {
  return `cat >/tmp/write.py <<'END'
import hashlib, os, random, sys, time
digests = {1: hashlib.md5(), 2: hashlib.md5()}
rng = random.Random(7)
def put(fd, data):
    digests[fd].update(data)
    while data:
        data = data[os.write(fd, data):]
${body}
os.write(1, ('\\n%s %s' % (digests[1].hexdigest(), digests[2].hexdigest())).encode())
END
python3 /tmp/write.py`
}

interface Case {
  readonly what: string
  readonly body: string
  /** Bytes on both streams, except for the digests. */
  readonly bytes: number
}

const long = megabytes * 1_000_000
const characters = scaled(400_000, 2_000_000)
const single = scaled(10_000, 30_000)
const turns = scaled(1_000_000, 4_000_000)
const cases: readonly Case[] = [
  {
    what: `${megabytes} MB of lines`,
    bytes: long,
    body: `for n in range(${long} // 1_000_000):
    put(1, b''.join(b'%09d %s\\n' % (n * 10_000 + i, b'x' * 89) for i in range(10_000)))`,
  },
  {
    what: 'one line of megabytes, of characters of many bytes',
    bytes: characters * 5,
    body: `line = ('\\u00e9\\u20ac' * ${characters}).encode()
for at in range(0, len(line), 50_001):
    put(1, line[at:at + 50_001])`,
  },
  {
    what: '10,000 single bytes a second',
    bytes: single,
    body: `begun = time.monotonic()
for n in range(${single}):
    put(1 + n % 2, bytes([n % 251]))
    ahead = begun + n / 10_000 - time.monotonic()
    if ahead > 0: time.sleep(ahead)`,
  },
  {
    what: `${megabytes / 2} MB of random bytes`,
    bytes: long / 2,
    body: `for n in range(${long / 2} // 100_000):
    put(1, rng.randbytes(100_000))`,
  },
  {
    what: 'both streams by turns, in pieces of any size',
    bytes: turns,
    body: `left = ${turns}
while left > 0:
    data = rng.randbytes(min(left, rng.choice([1, 7, 100, 4096, 65536, 70_001])))
    put(rng.choice([1, 2]), data)
    left -= len(data)`,
  },
]

/** Digest of each stream without the line of digests, and of `logs.txt`. */
class Sums {
  readonly #streams: readonly [Hash, Hash] = [createHash('md5'), createHash('md5')]
  readonly #text = createHash('md5')
  #held = Buffer.alloc(0)
  #expected = 1
  bytes = 0
  remarks = 0

  /** Fails when a chunk is missing, repeated, or out of order. */
  take({ seq, kind, bytes }: SeenChunk): void {
    if (seq !== this.#expected++) throw new WrongChunk(`expected chunk ${this.#expected - 1}, got ${seq}`)
    if (kind === 2) {
      this.remarks++
      return
    }
    this.#text.update(bytes)
    this.bytes += bytes.length
    if (kind === 1) this.#streams[1].update(bytes)
    else {
      const all = Buffer.concat([this.#held, bytes])
      const from = Math.max(0, all.length - digestBytes)
      this.#streams[0].update(all.subarray(0, from))
      this.#held = Buffer.from(all.subarray(from))
    }
  }

  end(): { readonly said: string; readonly streams: string; readonly text: string; readonly bytes: number } {
    const streams = this.#streams.map((it) => it.digest('hex')).join(' ')
    return { said: String(this.#held), streams: `\n${streams}`, text: this.#text.digest('hex'), bytes: this.bytes }
  }
}

const digestBytes = 1 + 32 + 1 + 32

async function start(cmd: string): Promise<{ readonly number: number; readonly jobId: string }> {
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr([{ key: 'only', cmd }]) }
  const { number } = await product.api.createBuild('logs', build)
  const [job] = await product.api.listJobs('logs', number)
  return { number, jobId: job?.id ?? '' }
}

async function serverMemory(): Promise<number> {
  const status = await readFile(`/proc/${product.server().pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1000
}

function text(jobId: string, range?: string): Promise<Response> {
  const headers = { authorization: `Bearer ${product.token}`, ...(range === undefined ? {} : { range }) }
  return fetch(`${product.server().url}/v0/jobs/${jobId}/logs.txt`, { headers })
}

async function digestOf(response: Response): Promise<string> {
  const sum = createHash('md5')
  for await (const piece of response.body ?? []) sum.update(piece)
  return sum.digest('hex')
}

/** Returns the log in ranges of odd sizes, one after the other. */
async function digestOfRanges(jobId: string, bytes: number): Promise<string> {
  const sum = createHash('md5')
  const size = Math.max(1_234_567, Math.ceil(bytes / 40))
  for (let at = 0; at < bytes; at += size) {
    const part = await text(jobId, `bytes=${at}-${at + size - 1}`)
    expect(part.status).toBe(206)
    for await (const piece of part.body ?? []) sum.update(piece)
  }
  return sum.digest('hex')
}

const signal = new AbortController().signal

describe('G12 every byte, in order', () => {
  test.for(cases)('$what', { timeout: 900_000 }, async ({ what, body, bytes }) => {
    const idle = await serverMemory()
    using memory = watchFigure(serverMemory)
    const begun = performance.now()
    const { number, jobId } = await start(program(body))
    const sums = new Sums()
    const bits = new Sums()
    const follow = async () => {
      for await (const chunk of readStream(product, jobId, { after: 0, signal })) sums.take(chunk)
    }
    // Reads from before the start to the end in three ways: in one go, cut off every 50 ms, and as
    // a range without an end.
    const [, growing, times, { build }] = await Promise.all([
      follow(),
      text(jobId, 'bytes=0-').then(digestOf),
      readInBits(product, jobId, 50, (chunk) => bits.take(chunk)),
      buildEnd(product.api, 'logs', number, 600_000),
    ])
    const seconds = (performance.now() - begun) / 1000
    expect(build.state).toBe('passed')
    const seen = sums.end()
    expect(seen.bytes).toBe(bytes + digestBytes)
    expect(seen.streams).toBe(seen.said)
    expect(bits.end()).toEqual(seen)
    expect(growing).toBe(seen.text)

    await packed(jobId)
    const later = new Sums()
    for await (const chunk of readStream(product, jobId, { after: 0, signal })) later.take(chunk)
    expect(later.end()).toEqual(seen)
    const whole = await text(jobId)
    expect(whole.headers.get('harmont-log-complete')).toBe('true')
    expect(whole.headers.get('content-length')).toBe(String(seen.bytes))
    expect(await digestOf(whole)).toBe(seen.text)
    expect(await digestOfRanges(jobId, seen.bytes)).toBe(seen.text)
    const highest = memory.highest()
    console.log(
      `${what}: ${seconds.toFixed(1)} s, ${times} connections; server ${idle.toFixed(0)} MB before, ${highest.toFixed(0)} MB at most`,
    )
    expect(highest - idle).toBeLessThan(mostMemory)
  })
})

/** Waits until the rows of the log are packed into segments. */
async function packed(jobId: string): Promise<void> {
  await until(
    () => product.pool.query('select from packed_logs where job_id = $1', [jobId]),
    ({ rowCount }) => rowCount === 1,
  )
}
