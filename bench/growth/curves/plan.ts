import { parsePlan } from '@harmont/ir'
import { flatIr } from '../../../test/product.ts'
import { type Curve, inProportion } from '../curve.ts'

/** Shapes of a build of n steps: the prerequisites of the step at an index. */
const shapes: Readonly<Record<string, (at: number) => Record<string, unknown>>> = {
  independent: () => ({}),
  // A chain may have at most a thousand steps.
  chains: (at) => (at % 1_000 === 0 ? {} : { builds_in: `s${at - 1}` }),
  'a fork': (at) => (at === 0 ? {} : { builds_in: 's0' }),
  'each waits for ten': (at) => ({
    depends_on: Array.from({ length: Math.min(at, 10) }, (_, back) => `s${at - 1 - back}`),
  }),
}

export const planCurve: Curve = {
  name: 'plan',
  what: 'parse and plan n steps',
  unit: 'steps',
  cost: 'processor time, ms',
  limits: Object.fromEntries(Object.keys(shapes).map((name) => [name, inProportion])),
  sizes: [10, 100, 1_000, 10_000],
  largest: [],
  async prepare(meter, measure) {
    await measure(async (size) => {
      const costs: Record<string, number> = {}
      for (const [name, edges] of Object.entries(shapes)) {
        const text = flatIr(Array.from({ length: size }, (_, at) => ({ key: `s${at}`, cmd: 'true', ...edges(at) })))
        // Small plans are repeated, because the clock of processor time has a resolution of at best
        // a millisecond.
        const times = Math.ceil(10_000 / size)
        const { own } = await meter.measure(async () => {
          for (let time = 0; time < times; time += 1) {
            const planned = parsePlan(text)
            if (!planned.ok) throw new Error(planned.error.message)
          }
        })
        costs[name] = own / times
      }
      return costs
    })
  },
}
