import { pipelineFile, withHm } from '../../own-hm.ts'
import { type Curve, inProportion } from '../curve.ts'

export const sourceCurve: Curve = {
  name: 'source',
  what: '`hm run` of a cached step in a project of n files, with nothing changed',
  unit: 'files',
  cost: 'processor time of all processes, ms',
  limits: { 'the run': inProportion },
  sizes: [10, 100, 1_000, 10_000],
  largest: [100_000],
  async prepare(meter, measure) {
    await withHm(async ({ write, run }) => {
      await write('.hm/ci.ts', cachedPipeline)
      let made = 0
      await measure(async (size) => {
        if (made !== size) {
          for (; made < size; made += 1) await write(sourceFile(made), `export const value = ${made}\n`)
          await run()
        }
        return { 'the run': (await meter.measure(() => run())).others }
      })
    })
  },
}

/** Folders of a hundred files. */
function sourceFile(at: number): string {
  return `src/${Math.floor(at / 100)}/file-${at}.ts`
}

/** One step, which later runs find in the cache while the source is unchanged. */
const cachedPipeline = pipelineFile("[scratch().sh('true', { label: 'build', cache: onChange('src') })]")
