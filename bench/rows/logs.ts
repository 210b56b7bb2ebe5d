/** Measures the way of a log line from the command to its readers. */
import { buildEnd, flatIr, type Product, startProduct } from '../../test/product.ts'
import { p50p99, type Row } from '../measure.ts'

const readers = 200
const lines = 200

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

/** Reads a job's stream to its end and calls the listener with each text of the live part. */
async function follow(product: Product, jobId: string, take: (content: string) => void): Promise<void> {
  const stream = await product.api.openLog(jobId, new AbortController().signal)
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

export const logRows: readonly Row[] = [
  {
    what: 'log line written -> SSE client',
    must: 'p50 <= 60 ms, p99 <= 250 ms with 200 streams',
    run: () =>
      withStep(`sleep 3; for i in $(seq ${lines}); do date +%s%N; sleep 0.03; done`, async (product, jobId) => {
        const samples: number[] = []
        const take = (content: string) => {
          const now = performance.timeOrigin + performance.now()
          for (const line of content.split('\n')) if (line.length === 19) samples.push(now - Number(line) / 1e6)
        }
        await Promise.all(Array.from({ length: readers }, () => follow(product, jobId, take)))
        return `${p50p99(samples)}, ${readers} streams of ${lines} lines`
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
        // Measured to the end of the build, when all of it is stored.
        const seconds = (Date.now() - new Date(job?.started_at ?? '').getTime()) / 1000
        const log = await product.api.readLog(jobId)
        const whole = log.length === bytes ? 'whole' : `${log.length} of ${bytes} bytes`
        return `${(bytes / 1e6 / seconds).toFixed(0)} MB/s, ${Math.round(bytes / 100 / seconds).toLocaleString('en')} lines/s, ${whole}`
      })
    },
  },
]
