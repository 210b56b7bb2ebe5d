/** Measures the transfer of layers between peers: three hosts with 1 Gbit/s each. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fleet, startFleet } from '../../test/fleet/fleet.ts'
import { limit } from '../../test/fleet/network.ts'
import { buildEnd, flatIr } from '../../test/product.ts'
import type { Row } from '../measure.ts'
import { makeModules } from './layers.ts'

const gigabit = 1_000_000
const on = (runner: number) => ({ runner_args: { labels: [`runner-${runner}`] } })
const read = 'find node_modules -type f -exec cat {} + | wc -c'

/** The times of a step in milliseconds, counted from when it was ready. */
interface Times {
  readonly leased: number
  readonly started: number
  readonly fetched: number
}

async function travel(fleet: Fleet): Promise<string> {
  for (const name of ['one', 'two', 'runner-1', 'runner-2', 'runner-3']) await limit(fleet.host(name), gigabit)
  await fleet.api.ensurePipeline({ name: 'layers', repository: 'local/layers', default_branch: 'main' })
  const steps = [
    { key: 'made', cmd: makeModules, ...on(1) },
    { key: 'first', builds_in: 'made', cmd: read, ...on(2) },
    { key: 'second', builds_in: 'made', depends_on: ['first'], cmd: read, ...on(3) },
  ]
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
  const { number } = await fleet.api.createBuild('layers', build)
  const { build: ended, jobs } = await buildEnd(fleet.api, 'layers', number, 600_000)
  if (ended.state !== 'passed') throw new Error(`the build ended as ${ended.state}`)
  const timesOf = (key: string): Times => {
    const { scheduled_at, assigned_at, started_at, phases = [] } = jobs.get(key) ?? {}
    const since = (at?: string | null) => Date.parse(at ?? '') - Date.parse(scheduled_at ?? '')
    const fetched = phases.find(({ name }) => name === 'fetch')?.ms ?? Number.NaN
    return { leased: since(assigned_at), started: since(started_at), fetched }
  }
  const [first, second] = [timesOf('first'), timesOf('second')]
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  const givenByServers = ['api-1', 'api-2']
    .map((name) => readFileSync(join(fleet.folder, `${name}.log`), 'utf8').split('/runners/v1/layers/fetch').length - 1)
    .reduce((sum, count) => sum + count)
  return [
    `ready image: lease to first process ${seconds(second.started - second.leased)}, including ${seconds(second.fetched)} to fetch and mount`,
    `image not yet made: ready to first process ${seconds(first.started)}, including ${seconds(first.leased)} until the lease`,
    `${givenByServers} objects from the server`,
  ].join('; ')
}

export const peerRows: readonly Row[] = [
  {
    what: 'layer of 31,421 files, 482 MB, from runner to runner by 1 Gbit/s',
    must: '1.6 s with a ready image, 7 s without',
    async run() {
      const fleet = await startFleet({
        ...{ runners: 3, slots: 2, leaseSeconds: 60 },
        runnerEnv: ({ address }) => ({ HARMONT_PEER_ADDRESS: `${address}:4100` }),
      })
      try {
        return await travel(fleet)
      } finally {
        await fleet.end()
        await fleet.remove()
      }
    },
  },
]
