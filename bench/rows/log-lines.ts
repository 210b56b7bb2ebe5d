/** Measures reading and searching a long log by line. */
import { setTimeout as sleep } from 'node:timers/promises'
import { buildEnd, flatIr, type Product, startProduct } from '../../test/product.ts'
import { p50p99, type Row, timeMs } from '../measure.ts'

const lines = 1_000_000
/**
 * 100 bytes per line. One line in a thousand matches the search, and the eleventh from the end is
 * the error line.
 */
const script = `awk 'BEGIN { for (i = 1; i <= ${lines}; i++) printf "%s%07d %-90s\\n", i % 1000 ? "" : "needle ", i, i == ${lines} - 10 ? "error: it broke" : "compiling module " i " of the package" }'; exit 1`

type Asked = <T>(path: string) => Promise<T>

/**
 * Runs the step and waits until its log is packed. Returns a query function for it, and the time
 * that packing took.
 */
async function longLog(product: Product): Promise<{ readonly ask: Asked; readonly facts: string }> {
  await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr([{ key: 'only', cmd: script }]) }
  const { number } = await product.api.createBuild('bench', build)
  await buildEnd(product.api, 'bench', number, 600_000)
  const [job] = await product.api.listJobs('bench', number)
  const client = await product.pool.connect()
  let facts = ''
  const packMs = await timeMs(async () => {
    while (facts === '') {
      const { rows } = await client.query(
        'select bytes, length(index) as index, blob from packed_logs where lines = $1',
        [lines],
      )
      if (rows[0] === undefined) await sleep(10)
      else facts = `${(Number(rows[0].bytes) / 1e6).toFixed(0)} MB, index ${(rows[0].index / 1e3).toFixed(0)} kB`
    }
  })
  client.release()
  const log = `${product.server().url}/api/v0/organizations/default/pipelines/bench/builds/${number}/jobs/${job?.id}/log`
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(log + path, { headers: { authorization: `Bearer ${product.token}` } })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  return { ask, facts: `${facts}, packed ${packMs.toFixed(0)} ms after the end` }
}

/**
 * Searches until everything is counted. Returns the times of the first hits and of the complete
 * count.
 */
async function search(ask: Asked, query: string): Promise<string> {
  let first = 0
  let total = 0
  const all = await timeMs(async () => {
    for (let complete = false; !complete; ) {
      const started = performance.now()
      const answer = await ask<{ total: number; complete: boolean }>(`/search?${query}`)
      first ||= performance.now() - started
      total = answer.total
      complete = answer.complete
    }
  })
  return `first answer ${first.toFixed(0)} ms, all ${total} counted ${all.toFixed(0)} ms`
}

export const logLineRows: readonly Row[] = [
  {
    what: 'log of 1,000,000 lines and 100 MB, read by line',
    must: 'search: first hit <= 1 s, count <= 3 s, next <= 100 ms (web L12)',
    async run() {
      const product = await startProduct({ HARMONT_RATE_LIMITS: 'off' })
      try {
        const { ask, facts } = await longLog(product)
        // Starts a server whose caches do not have the log.
        await product.server().stop()
        await product.restart()
        const cold = await timeMs(() => ask('?at=error'))
        const samples: number[] = []
        for (let turn = 0; turn < 500; turn++)
          samples.push(await timeMs(() => ask(`/lines?from=${1 + ((turn * 7_919_993) % lines)}&limit=256`)))
        const text = await search(ask, 'q=Needle')
        const next = await timeMs(() => ask('/search?q=Needle&from=500001'))
        const none = await search(ask, 'q=nothing+like+this')
        const expression = await search(ask, 'q=module+%5Cd*99%5Cb&regex=true')
        return [
          facts,
          `error page cold ${cold.toFixed(0)} ms`,
          `256 lines anywhere ${p50p99(samples)}`,
          `text: ${text}, next ${next.toFixed(0)} ms`,
          `text that is not there: ${none}`,
          `expression: ${expression}`,
        ].join('; ')
      } finally {
        await product.remove()
      }
    },
  },
]
