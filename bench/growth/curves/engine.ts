import type { PlannedStep } from '@harmont/ir'
import { type OwnEngine, withEngine } from '../../own-engine.ts'
import { runBuild } from '../../rows/overhead.ts'
import { type Curve, inProportion } from '../curve.ts'

const slots = 32

/** Steps in as many chains as there are slots. */
function chains(size: number): readonly Partial<PlannedStep>[] {
  return Array.from({ length: size }, (_, index) => (index < slots ? {} : { buildsIn: index - slots }))
}

async function manyBuilds(engine: OwnEngine, count: number): Promise<void> {
  for (let build = 0; build < count; build += 1) await runBuild(engine, [{}])
}

export const engineCurves: readonly Curve[] = [
  {
    ...{ name: 'engine-steps', what: 'a build of n steps that run nothing', unit: 'steps' },
    ...curveOf((engine, size) => runBuild(engine, chains(size))),
    sizes: [10, 100, 1_000, 10_000],
    largest: [],
  },
  {
    ...{ name: 'engine-builds', what: 'n builds of a step that runs nothing, one after another', unit: 'builds' },
    ...curveOf(manyBuilds),
    sizes: [1, 10, 100, 1_000],
    largest: [10_000, 100_000],
  },
]

function curveOf(
  run: (engine: OwnEngine, size: number) => Promise<unknown>,
): Pick<Curve, 'cost' | 'limits' | 'prepare'> {
  return {
    cost: 'processor time of engine and PostgreSQL, ms',
    limits: { 'to the end': inProportion },
    async prepare(meter, measure) {
      await withEngine(async (engine) => {
        for (let warm = 0; warm < 5; warm += 1) await runBuild(engine, chains(100))
        await measure(async (size) => {
          const { own, others } = await meter.measure(() => run(engine, size))
          return { 'to the end': own + others }
        })
        return ''
      })
    },
  }
}
