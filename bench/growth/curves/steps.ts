import { buildEnd, flatIr, startProduct } from '../../../test/product.ts'
import { pipelineFile, withHm } from '../../own-hm.ts'
import { type Curve, inProportion } from '../curve.ts'

const sizes = [10, 100, 300, 1_000]
const largest = [10_000]
const cost = 'processor time of all processes, sandboxes included, ms'
const limits = { independent: inProportion }

export const stepCurves: readonly Curve[] = [
  {
    ...{ name: 'steps', what: 'a build of n `true` on a server, to its end', unit: 'steps', cost, limits },
    ...{ sizes, largest },
    async prepare(meter, measure) {
      const product = await startProduct()
      try {
        await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
        const run = async (size: number) => {
          const steps = Array.from({ length: size }, (_, at) => ({ key: `s${at}`, cmd: 'true' }))
          const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
          const { number } = await product.api.createBuild('bench', build)
          const ended = await buildEnd(product.api, 'bench', number, 3_600_000)
          if (ended.build.state !== 'passed') throw new Error(`the build ended ${ended.build.state}`)
        }
        await run(20)
        await measure(async (size) => ({ independent: (await meter.measure(() => run(size))).others }))
      } finally {
        await product.remove()
      }
    },
  },
  {
    ...{ name: 'hm-steps', what: '`hm run` of n `true`', unit: 'steps', cost, limits, sizes, largest },
    async prepare(meter, measure) {
      await withHm(async ({ write, run }) => {
        await write('.hm/ci.ts', pipelineOf(1))
        // The first run builds the image.
        await run()
        await measure(async (size) => {
          await write('.hm/ci.ts', pipelineOf(size))
          return { independent: (await meter.measure(() => run())).others }
        })
      })
    },
  },
]

function pipelineOf(size: number): string {
  const steps = `Array.from({ length: ${size} }, (_, at) => scratch().sh('true', { label: 's' + at }))`
  return pipelineFile(steps)
}
