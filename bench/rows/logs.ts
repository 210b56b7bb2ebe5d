/** Measures the latency of log lines from the command to their readers. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reservePort } from '@harmont/test-kit/port'
import { type ServerProcess, startServerProcess } from '../../scripts/server-process.ts'
import { connect } from '../../test/client.ts'
import { buildEnd, flatIr, type Product, startProduct } from '../../test/product.ts'
import { p50p99, type Row } from '../measure.ts'

const readers = 200
const lines = 200
/** Prints lines that contain the current time in nanoseconds. */
const timed = `sleep 3; for i in $(seq ${lines}); do date +%s%N; sleep 0.03; done`

async function withStep(
  cmd: string,
  use: (product: Product, jobId: string, number: number) => Promise<string>,
): Promise<string> {
  const product = await startProduct()
  try {
    await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
    const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr([{ key: 'only', cmd }]) }
    const { number } = await product.api.createBuild('bench', build)
    const [job] = await product.api.listJobs('bench', number)
    return await use(product, job?.id ?? '', number)
  } finally {
    await product.remove()
  }
}

/** Reads a job's stream to its end, and calls the listener with each text of the live part. */
export async function followLog(api: Product['api'], jobId: string, take: (content: string) => void): Promise<void> {
  const stream = await api.openLog(jobId, new AbortController().signal)
  let text = ''
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (text + piece).split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const data = /^event: chunk$/m.test(part) ? /^data: (.*)$/m.exec(part)?.[1] : undefined
      if (data !== undefined) take((JSON.parse(data) as { content: string }).content)
    }
  }
}

/** Returns a consumer of lines of `timed` that records the age of each in milliseconds. */
function delays(): { readonly samples: readonly number[]; readonly take: (content: string) => void } {
  const samples: number[] = []
  return {
    samples,
    take(content) {
      const now = performance.timeOrigin + performance.now()
      for (const line of content.split('\n')) if (line.length === 19) samples.push(now - Number(line) / 1e6)
    },
  }
}

/** Starts an API-only process beside a server, on the server's database. */
async function secondProcess({ commandEnv, dataDirectory, token }: Product): Promise<ServerProcess> {
  const password = (await readFile(join(dataDirectory, 'secrets', 'database-password'), 'utf8')).trim()
  const database = `postgres://harmont:${encodeURIComponent(password)}@localhost:5432/postgres?host=${encodeURIComponent(join(dataDirectory, 'database', 'data'))}`
  const env = { ...commandEnv, HARMONT_ROLE: 'api', HARMONT_DATABASE_URL: database, HARMONT_BOOTSTRAP_TOKEN: token }
  return startServerProcess({ port: await reservePort(), logFile: join(dataDirectory, 'second.log'), env })
}

export const logRows: readonly Row[] = [
  {
    what: 'log line written -> SSE client',
    must: 'p50 <= 60 ms, p99 <= 250 ms with 200 streams',
    run: () =>
      withStep(timed, async ({ api }, jobId) => {
        const { samples, take } = delays()
        await Promise.all(Array.from({ length: readers }, () => followLog(api, jobId, take)))
        return `${p50p99(samples)}, ${readers} streams of ${lines} lines`
      }),
  },
  {
    what: 'log line written -> SSE client of another API process',
    must: 'p50 <= 80 ms, p99 <= 300 ms',
    run: () =>
      withStep(`sleep 5; ${timed}`, async (product, jobId) => {
        const other = await secondProcess(product)
        try {
          const { samples, take } = delays()
          await followLog(connect(other.url, product.token, 'default'), jobId, take)
          return p50p99(samples)
        } finally {
          await other.stop()
        }
      }),
  },
  {
    what: 'log ingest',
    must: '>= 100 MB/s, 50,000 lines/s, no loss',
    run: () => {
      const bytes = 200_000_000
      return withStep(`yes ${'x'.repeat(99)} | head -c ${bytes}`, async (product, jobId, number) => {
        await buildEnd(product.api, 'bench', number, 600_000)
        const [job] = await product.api.listJobs('bench', number)
        // Measures to the end of the build, when all output is stored.
        const seconds = (Date.now() - new Date(job?.started_at ?? '').getTime()) / 1000
        const log = await product.api.readLog(jobId)
        const whole = log.length === bytes ? 'whole' : `${log.length} of ${bytes} bytes`
        return `${(bytes / 1e6 / seconds).toFixed(0)} MB/s, ${Math.round(bytes / 100 / seconds).toLocaleString('en')} lines/s, ${whole}`
      })
    },
  },
]
