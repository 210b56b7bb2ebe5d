import { flatIr, startProduct } from '../../../test/product.ts'
import { followLog } from '../../rows/logs.ts'
import { type Curve, inProportion } from '../curve.ts'

const lines = 200
/**
 * The pause lets all readers connect before the first line, at a rate of at least twenty a second.
 */
const script = (readers: number) =>
  `sleep ${3 + readers / 20}; for n in $(seq ${lines}); do echo line; sleep 0.02; done`

export const readerCurve: Curve = {
  name: 'readers',
  what: `n readers follow the ${lines} lines of a step`,
  unit: 'readers',
  cost: 'processor time of server, PostgreSQL and sandbox, ms',
  limits: { 'all lines': inProportion },
  sizes: [1, 10, 100, 1_000],
  largest: [],
  async prepare(meter, measure) {
    const product = await startProduct({ HARMONT_RATE_LIMITS: 'off' })
    const { api } = product
    const read = async (job: string) => {
      let text = ''
      await followLog(api, job, (content) => (text += content))
      // Skips remarks of the server, which appear between the lines.
      const got = text.split('line\n').length - 1
      if (got !== lines) throw new Error(`a reader got ${got} of ${lines} lines`)
    }
    try {
      await api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
      await measure(async (size) => {
        const ir = flatIr([{ key: 'only', cmd: script(size) }])
        const { others } = await meter.measure(async () => {
          const { number } = await api.createBuild('bench', { branch: 'main', commit: '0'.repeat(40), pipeline_ir: ir })
          const [job] = await api.listJobs('bench', number)
          await Promise.all(Array.from({ length: size }, () => read(job?.id ?? '')))
        })
        return { 'all lines': others }
      })
    } finally {
      await product.remove()
    }
  },
}
