/** Measures the cost of requests to the API. */
import { flatIr, type Product, packFolder, startProduct } from '../../test/product.ts'
import { p50p99, type Row, timeMs } from '../measure.ts'

const pipeline = 'bench'

async function withProduct(
  env: Record<string, string>,
  measure: (product: Product) => Promise<string>,
): Promise<string> {
  // Rate limits are off, because a single client exceeds them.
  const product = await startProduct({ HARMONT_RATE_LIMITS: 'off', ...env })
  try {
    await product.api.ensurePipeline({ name: pipeline, repository: 'local/bench', default_branch: 'main' })
    return await measure(product)
  } finally {
    await product.remove()
  }
}

const build = { branch: 'main', commit: '0'.repeat(40) }

export const apiRows: readonly Row[] = [
  {
    what: 'POST builds (100-step IR, small source)',
    must: 'p50 <= 25 ms',
    run: () =>
      // Without a runner the figure covers the request only, not the builds that it starts.
      withProduct({ HARMONT_RUNNER: 'off' }, async ({ api }) => {
        const steps = Array.from({ length: 100 }, (_, at) => ({
          key: `s${at}`,
          cmd: 'true',
          ...(at === 0 ? {} : { builds_in: 's0' }),
        }))
        const body = { ...build, pipeline_ir: flatIr(steps), source_b64: packFolder(import.meta.dirname) }
        const samples: number[] = []
        for (let at = 0; at < 220; at += 1) {
          const ms = await timeMs(() => api.createBuild(pipeline, body))
          if (at >= 20) samples.push(ms)
        }
        return p50p99(samples)
      }),
  },
]
