import { flatIr } from '../../../test/product.ts'
import { type Curve, inProportion } from '../curve.ts'
import { openRequests } from '../requests.ts'

const builds = '/organizations/default/pipelines/bench/builds'

export const requestCurve: Curve = {
  name: 'requests',
  what: 'requests for a build of n steps',
  unit: 'steps',
  cost: 'processor time of server and PostgreSQL, ms a request',
  limits: { 'create the build': inProportion, 'its page': inProportion, 'its jobs': inProportion },
  sizes: [10, 100, 1_000, 10_000],
  largest: [],
  async prepare(meter, measure) {
    await using requests = await openRequests(meter)
    const { ask, spent, product } = requests
    await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
    await measure(async (size) => {
      const steps = Array.from({ length: size }, (_, at) => ({ key: `s${at}`, cmd: 'true' }))
      const body = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
      const times = Math.min(20, Math.ceil(5_000 / size))
      let number = 0
      const create = await spent(times, async () => {
        ;({ number } = await ask<{ number: number }>(builds, body))
      })
      return {
        'create the build': create,
        'its page': await spent(times, () => ask(`${builds}/${number}/view`)),
        'its jobs': await spent(times, () => ask(`${builds}/${number}/jobs`)),
      }
    })
  },
}
