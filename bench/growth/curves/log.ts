import { setTimeout as sleep } from 'node:timers/promises'
import { buildEnd, flatIr, type Product, startProduct } from '../../../test/product.ts'
import { type Costs, type Curve, independent, inProportion } from '../curve.ts'
import type { ProcessorMeter } from '../processor-meter.ts'

const lineBytes = 100
const windows = 20

export const logCurve: Curve = {
  name: 'log',
  what: 'a step with n MB of log',
  unit: 'MB',
  cost: 'processor time of server, PostgreSQL and sandbox, ms',
  limits: { 'to its end': inProportion, 'read whole': inProportion, 'one window of lines': independent },
  sizes: [1, 10, 30, 100],
  largest: [300, 1_000],
  async prepare(meter, measure) {
    const product = await startProduct({ HARMONT_RATE_LIMITS: 'off', HARMONT_LOG_LIMIT: '1GiB' })
    try {
      await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
      await measure((size) => costsOf(product, meter, size * 1e6))
    } finally {
      await product.remove()
    }
  },
}

async function costsOf(product: Product, meter: ProcessorMeter, bytes: number): Promise<Costs> {
  const { api, server, token } = product
  const cmd = `yes ${'x'.repeat(lineBytes - 1)} | head -c ${bytes}`
  let [number, job] = [0, '']
  const stored = await meter.measure(async () => {
    const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr([{ key: 'only', cmd }]) }
    ;({ number } = await api.createBuild('bench', build))
    await buildEnd(api, 'bench', number, 600_000)
    job = (await api.listJobs('bench', number))[0]?.id ?? ''
    await packed(product, job)
  })
  const headers = { authorization: `Bearer ${token}` }
  const get = async (path: string) => {
    const response = await fetch(`${server().url}/api/v0${path}`, { headers })
    if (!response.ok) throw new Error(`${path} → ${response.status}`)
    await response.arrayBuffer()
  }
  const log = `/organizations/default/pipelines/bench/builds/${number}/jobs/${job}/log`
  const read = await meter.measure(async () => {
    const { length } = await api.readLog(job)
    if (length !== bytes) throw new Error(`the log has ${length} of ${bytes} bytes`)
  })
  const last = bytes / lineBytes - 256
  const shown = await meter.measure(async () => {
    for (let window = 0; window < windows; window += 1) await get(`${log}/lines?from=${last - window * 256}&limit=256`)
  })
  return { 'to its end': stored.others, 'read whole': read.others, 'one window of lines': shown.others / windows }
}

/** Waits until the log of a job is packed, which is the last work for it. */
async function packed({ pool }: Product, job: string): Promise<void> {
  const client = await pool.connect()
  while ((await client.query('select from packed_logs where job_id = $1', [job])).rowCount === 0) await sleep(100)
  client.release()
}
