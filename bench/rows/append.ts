/** Measures generators, from their documents to the jobs of the appended steps. */
import { planAppended } from '../../packages/ir/src/index.ts'
import { p50p99, type Row, timeMs } from '../measure.ts'
import { withEngine } from '../own-engine.ts'

const generators = 10
const stepsEach = 1_000
const append = { max: stepsEach, secrets: [], idTokens: [], egress: null } as const
const exited = { kind: 'exited', exitCode: 0, signal: null, limit: null, snapshot: 'files' } as const

/** The documents of a generator, one for each appended step. */
function documentsOf(generator: number) {
  return Array.from({ length: stepsEach }, (_, index) => {
    const step = {
      type: 'command',
      key: `g${generator}-${index}`,
      cmd: `npx vitest run packages/p${index}`,
      env: { CI: '1' },
    }
    return { name: `${index}.json`, text: JSON.stringify({ version: '0', steps: [step] }) }
  })
}

export const appendRows: readonly Row[] = [
  {
    what: '10,000 steps from 10 generators, documents -> jobs scheduled, engine on PostgreSQL',
    must: '<= 10 s',
    run: () =>
      withEngine(async ({ store, submit }) => {
        const steps = Array.from({ length: generators }, (_, index) => ({ key: `g${index}`, append }))
        const deploy = {
          key: 'deploy',
          dependsOn: steps.map((_, index) => index),
          afterAppended: steps.map((_, index) => index),
        }
        const id = await submit('bench', [...steps, deploy])
        const leases = await store.leases.take('runner', generators, Date.now())
        const each: number[] = []
        const ms = await timeMs(async () => {
          for (const [index, { jobId: job, fence }] of leases.entries()) {
            const files = documentsOf(index)
            const append = async () => {
              const planned = planAppended(files)
              if (!planned.ok) throw new Error(planned.error.message)
              const { plan } = planned
              const appends = { kind: 'steps', plan, conditions: plan.steps.map(() => true) } as const
              const at = Date.now()
              await store.builds.apply(id, [
                { type: 'started', job, fence, at },
                { type: 'ended', job, fence, at, outcome: exited, appends },
              ])
            }
            each.push(await timeMs(append))
          }
        })
        const loaded = await store.builds.load(id)
        const scheduled = loaded?.build.jobs.filter(({ state }) => state === 'scheduled').length
        if (scheduled !== generators * stepsEach) throw new Error(`${scheduled} jobs are scheduled`)
        return `${(ms / 1000).toFixed(1)} s; of one generator ${p50p99(each)}`
      }),
  },
]
