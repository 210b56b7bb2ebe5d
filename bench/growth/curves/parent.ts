import { withDriver } from '../../own-driver.ts'
import { pipelineFile, withHm } from '../../own-hm.ts'
import { forkMs, parent } from '../../rows/fork.ts'
import { type Curve, independent, inProportion } from '../curve.ts'

const forks = 10
/** Creates this many files of one line each, in folders of a thousand. */
const makeFiles = (count: number) =>
  `mkdir /data && cd /data && seq ${count} | split -l 1000 -a 4 -d - d && for d in d*; do mkdir x$d && split -l 1 -a 3 -d $d x$d/f && rm $d; done`

const sizes = [10, 100, 1_000, 10_000, 100_000]
const largest = [1_000_000]

export const parentCurves: readonly Curve[] = [
  {
    ...{ name: 'parent', what: 'a parent of n files, on the driver alone', unit: 'files', sizes, largest },
    cost: 'processor time of driver and sandboxes, ms',
    limits: { 'a fork': independent, 'making it': inProportion, 'removing it': inProportion },
    async prepare(meter, measure) {
      await withDriver(
        async (driver) => {
          const image = await driver.resolveImage('host')
          const total = async (work: () => Promise<unknown>) => {
            const { own, others } = await meter.measure(work)
            return own + others
          }
          await measure(async (size) => {
            let id = ''
            const made = await total(async () => {
              ;({ id } = await parent(driver, image, `${makeFiles(size)}; echo`))
            })
            const forked = await total(async () => {
              for (let fork = 0; fork < forks; fork += 1) await forkMs(driver, { id })
            })
            const removed = await total(() => driver.snapshots.collect({ keep: new Set(), cacheBytes: 0 }))
            return { 'a fork': forked / forks, 'making it': made, 'removing it': removed }
          })
          return ''
        },
        { collectGraceMs: 0 },
      )
    },
  },
  {
    ...{ name: 'hm-parent', what: `\`hm run\` of ${forks} steps on a cached parent of n files`, unit: 'files' },
    ...{ sizes, largest, cost: 'processor time of all processes, ms', limits: { 'the run': independent } },
    async prepare(meter, measure) {
      await withHm(async ({ write, run }) => {
        let made = 0
        await measure(async (size) => {
          if (made !== size) {
            await write('.hm/ci.ts', forkPipeline(makeFiles(size), forks))
            await run()
            made = size
          }
          return { 'the run': (await meter.measure(() => run())).others }
        })
      })
    },
  },
]

/** Steps that fork a parent made by this script. Later runs find the parent in the cache. */
export function forkPipeline(script: string, count: number): string {
  return pipelineFile(
    `Array.from({ length: ${count} }, (_, at) => parent.sh('true', { label: 'fork' + at }))`,
    `const parent = scratch().sh(${JSON.stringify(script)}, { label: 'parent', cache: forever() })`,
  )
}
