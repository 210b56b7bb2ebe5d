/** Kills the server at random times, also during its start, during 30-step builds. */
import { setTimeout as sleep } from 'node:timers/promises'
import { chance, scaled } from '@harmont/test-kit/effort'
import { afterAll, beforeAll, test } from 'vitest'
import { stepOf } from '../../packages/engine/src/index.ts'
import { isOver, openPipeline, type Submitted, submit, untilOver } from './builds.ts'
import { type Effects, startEffects } from './effects.ts'
import { judgeBuild, judgeMoney, settle } from './judge.ts'
import { allRemains, untilEmpty } from './remains.ts'
import { defineSecret, type Life, type TortureServer, tortureServer } from './server.ts'
import { cachedSteps, thirtySteps } from './steps.ts'

const kills = scaled(2)
const timeout = 600_000 + kills * 15_000
const pace = kills < 20 ? 0.4 : 1
const random = chance()
let effects: Effects
let server: TortureServer
let life: Life

beforeAll(async () => {
  effects = await startEffects()
  server = await tortureServer({ HARMONT_EGRESS_ALLOW: effects.address, HARMONT_DRAIN_SECONDS: '1' })
  life = await server.start()
  await openPipeline(server, 'torture')
  await defineSecret(server)
  const warm = await submit(server, 'torture', cachedSteps, effects.address)
  await untilOver(server, warm.id)
})
afterAll(async () => {
  await server?.remove()
  await effects?.stop()
})

test(`G02 G08 G24 G41 G117 ${kills} kills of the server at random times, seed ${random.seed}`, {
  timeout,
}, async () => {
  const began = Date.now()
  const builds: Submitted[] = []
  const another = async () => {
    const build = await submit(server, 'torture', thirtySteps(`${builds.length}`, pace), effects.address)
    builds.push(build)
    return build
  }
  let current = await another()
  let [serving, uploading, appending] = [0, 0, 0]
  let unready = 0
  let drains = 0
  for (let killed = 0; killed < kills; ) {
    if (await isOver(server, current.id)) current = await another()
    await sleep(random.between(0, 1_500))
    // Some stops are regular, with all builds running.
    const signal = random.isOneIn(5) ? 'SIGTERM' : 'SIGKILL'
    if (signal === 'SIGKILL') killed += 1
    else drains += 1
    const met = await atWork()
    serving += met.serving
    uploading += met.uploading
    appending += met.appending
    life.kill(signal)
    await life.ended
    life = server.begin()
    // Every third start is killed too, at a random point.
    if (!random.isOneIn(3)) await life.ready()
    else {
      await sleep(random.between(0, 1_200))
      life.kill('SIGKILL')
      await life.ended
      unready += 1
      life = await server.start()
    }
  }
  for (const { id } of builds) await untilOver(server, id, timeout)
  await settle(server)
  let jobs = 0
  for (const build of builds)
    jobs += (await judgeBuild(server, { ...build, told: effects.told() }, { mayLose: false })).jobs
  await judgeMoney(server.pool)
  life.kill('SIGTERM')
  await life.ended
  await untilEmpty(() => allRemains(server.directory))
  const seconds = Math.round((Date.now() - began) / 1000)
  const met = { serving, uploading, appending, unready, drains }
  console.info(JSON.stringify({ seed: random.seed, kills, ...met, builds: builds.length, jobs, seconds }))
})

interface AtWork {
  /** Number of jobs with running services. */
  readonly serving: number
  /** Number of jobs that upload after the end of their command. */
  readonly uploading: number
  /** Number of generators that run or are ending. */
  readonly appending: number
}

async function atWork(): Promise<AtWork> {
  const { rows } = await server.pool.query(
    `select count(*) filter (where j.services::text like '%"ready"%')::int as serving,
            count(*) filter (where j.state = 'running' and j.deadline_at is null)::int as uploading,
            count(*) filter (where j.state = 'running' and ${stepOf('p', 'j')} -> 'append' is not null)::int as appending
       from engine.leases l join engine.jobs j on j.id = l.job_id join engine.plans p on p.build_id = j.build_id`,
  )
  return rows[0]
}
