/** Measures whole builds on a real server with real sandboxes. */
import { buildEnd, flatIr, startProduct } from '../../test/product.ts'
import { p50p99, type Row } from '../measure.ts'

const build = { branch: 'main', commit: '0'.repeat(40) }

export const stepRows: readonly Row[] = [
  {
    what: 'scheduled -> first byte of the output, oci + crun, idle server',
    must: 'p50 <= 30 ms, p99 <= 120 ms',
    async run() {
      const product = await startProduct()
      await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
      const samples: number[] = []
      for (let at = 0; at < 60; at += 1) {
        const ir = flatIr([{ key: 'only', cmd: 'date +%s%N' }])
        const { number } = await product.api.createBuild('bench', { ...build, pipeline_ir: ir })
        const { jobs } = await buildEnd(product.api, 'bench', number)
        const job = jobs.get('only')
        const printed = Number((await product.api.readLog(job?.id ?? '')).trim()) / 1e6
        // A job is scheduled when its row is created; the command's own clock gives the time of its
        // output.
        if (at >= 10) samples.push(printed - new Date(job?.created_at ?? '').getTime())
      }
      await product.remove()
      return p50p99(samples)
    },
  },
  {
    what: '`true` x 1,000 independent steps, whole build',
    must: '<= 15 ms of wall time a step',
    async run() {
      const product = await startProduct()
      await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
      const run = async (count: number) => {
        const steps = Array.from({ length: count }, (_, at) => ({ key: `s${at}`, cmd: 'true' }))
        const { number } = await product.api.createBuild('bench', { ...build, pipeline_ir: flatIr(steps) })
        const { build: ended } = await buildEnd(product.api, 'bench', number)
        if (ended.state !== 'passed') throw new Error(`the build ended ${ended.state}`)
        return new Date(ended.finished_at ?? '').getTime() - new Date(ended.created_at).getTime()
      }
      await run(20)
      const ms = await run(1_000)
      await product.remove()
      return `${(ms / 1000).toFixed(1)} ms a step`
    },
  },
]
