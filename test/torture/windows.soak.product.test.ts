/**
 * Kills the server exactly in each window of `windows.ts`. Windows in which the server dies alone
 * have separate tests, which `-t` selects by name.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chance, scaled } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packFolder } from '../product.ts'
import { findBuild, openPipeline, submit, untilOver } from './builds.ts'
import { type Effects, startEffects } from './effects.ts'
import { jobsOf, judgeBuild, judgeMoney, settle } from './judge.ts'
import { allRemains, untilEmpty } from './remains.ts'
import { defineSecret, type Life, sharedDatabase, type TortureServer, tortureServer } from './server.ts'
import { generator, irSteps, type Step } from './steps.ts'
import { type Window, windows } from './windows.ts'

const hits = scaled(1)
const random = chance()
/**
 * The order depends on the seed: the server dies in the last window, with builds held in all
 * others. A build may reach the window of the next build. Windows that may lose sandboxes come
 * first, before other builds exist.
 */
const shuffled = windows.filter(({ holds }) => holds).toSorted(() => random.fraction() - 0.5)
const oneTurn = shuffled.find(({ holdsTurn }) => holdsTurn)
const isOther = ({ scene }: Window) => scene !== 'serve' && scene !== 'upload' && scene !== 'append'
// Builds with services, uploads and generators take long, so a small run includes only some of
// their windows.
const keeping = shuffled.filter((window) => !isOther(window) && (!window.holdsTurn || window === oneTurn))
const chosen = [...shuffled.filter(isOther), ...keeping.slice(0, scaled(3))]
const places = new Map(chosen.map((window) => [window, random.fraction() - (window.mayLose ? 1 : 0)]))
const placeOf = (window: Window) => places.get(window) ?? 0
// A build that holds the turn of uploads blocks every later upload.
const lastUpload = Math.max(...chosen.filter(({ scene }) => scene === 'upload').map(placeOf))
if (oneTurn !== undefined && places.has(oneTurn)) places.set(oneTurn, lastUpload)
const held = chosen.toSorted((a, b) => placeOf(a) - placeOf(b) || Number(a === oneTurn) - Number(b === oneTurn))
const alone = windows.filter(({ holds }) => !holds)
let marks: string
let effects: Effects
let server: TortureServer
let life: Life
let made = 0

beforeAll(async () => {
  marks = mkdtempSync('/var/tmp/harmont-windows-')
  effects = await startEffects()
  const env = {
    HARMONT_EGRESS_ALLOW: effects.address,
    // Leaves room for a build beside all held jobs.
    HARMONT_RUNNER_SLOTS: String(held.length + 3),
  }
  server = await tortureServer(env, await sharedDatabase(), marks)
  life = await server.start()
  await openPipeline(server, 'torture')
  await openPipeline(server, 'rendered')
  await defineSecret(server)
  // Creates the base image, so that builds reach their windows without a delay.
  const first = await submit(server, 'torture', [{ key: 'first', lines: 1 }], effects.address)
  await untilOver(server, first.id)
})
afterAll(async () => {
  await server?.remove()
  await effects?.stop()
  if (marks !== undefined) rmSync(marks, { recursive: true, force: true })
})

const patient = { key: 'patient', lines: 60, pauseSeconds: 0.1 }
const stepsOf: Readonly<Record<Window['scene'], (nth: number) => readonly Step[]>> = {
  build: (nth) => [
    { key: 'root', lines: 20, pauseSeconds: 0.01 },
    { key: 'child', buildsIn: 'root', lines: 10, cacheKey: `child-${nth}` },
    { key: 'secret', hasSecret: true, lines: 10 },
  ],
  long: () => [patient],
  left: () => [patient],
  cancel: () => [{ ...patient, lines: 6_000 }],
  render: () => [{ key: 'rendered', lines: 5 }],
  serve: () => [
    { key: 'migrate', lines: 2, service: {} },
    { key: 'serve', dependsOn: ['migrate'], lines: 2, service: { from: 'migrate' } },
  ],
  upload: (nth) => [
    { key: 'upload', lines: 2, artifact: [1e7 + nth * 1e6, 1e7 + nth * 1e6 + 2e5] },
    { key: 'take', dependsOn: ['upload'], lines: 2, takes: 'upload' },
  ],
  append: () => [generator, { key: 'deploy', dependsOn: ['generator'], afterAppended: ['generator'], lines: 2 }],
}

/**
 * Makes the running or the next server process die, or hold, when it reaches the window for the
 * given number of times.
 */
function arm({ name }: Window, times: number, how: 'SIGKILL' | 'hold' = 'SIGKILL'): void {
  writeFileSync(join(marks, 'armed'), `${name}|${times}|${how}`)
}

async function reached({ name }: Window): Promise<void> {
  await until(
    () => existsSync(join(marks, 'hit')),
    (hit) => hit,
  ).catch((error: unknown) => {
    throw new Error(`nobody came to the window "${name}"`, { cause: error })
  })
  rmSync(join(marks, 'hit'))
}

async function died(window: Window): Promise<void> {
  await reached(window)
  await life.ended
}

const starts = (jobId: string) => effects.told().filter((effect) => effect.jobId === jobId && effect.kind === 'start')

/** Submits the build of a scene and makes the server die in it. */
async function play(window: Window, steps: readonly Step[]): Promise<void> {
  const begun = async () => {
    const build = await submit(server, 'torture', steps, effects.address)
    const [job] = await jobsOf(server.pool, build.id)
    await until(
      () => starts(job?.id ?? '').length,
      (count) => count === 1,
    )
    await until(
      () => jobsOf(server.pool, build.id),
      ([running]) => running?.state === 'running',
    )
    return build
  }
  const times = random.between(1, window.times)
  switch (window.scene) {
    case 'build':
    case 'serve':
    case 'upload':
    case 'append':
    case 'long': {
      arm(window, times)
      const answer = submit(server, 'torture', steps, effects.address).catch(() => undefined) // it may die before it answers
      await died(window)
      await answer
      break
    }
    case 'render':
      throw new Error('it is held with others')
    case 'cancel': {
      const { number } = await begun()
      arm(window, times)
      const answer = server.api.cancelBuild('torture', number).catch(() => undefined) // it dies before it answers
      await died(window)
      await answer
      break
    }
    case 'left':
      await begun()
      life.kill('SIGKILL')
      await life.ended
      arm(window, times)
      life = server.begin()
      await died(window)
  }
}

async function submitRendered(steps: readonly Step[]): Promise<void> {
  const folder = join(marks, 'source')
  mkdirSync(join(folder, '.hm'), { recursive: true })
  const shells = irSteps(steps, effects.address).map(
    ({ key, cmd }) => `sh(${JSON.stringify(cmd)}, ${JSON.stringify({ key })})`,
  )
  writeFileSync(
    join(folder, '.hm', 'ci.ts'),
    `import { pipeline, sh } from '@harmont/hm'
export default [{ slug: 'rendered', pipeline: () => pipeline([${shells.join(', ')}], { defaultImage: 'host' }) }]\n`,
  )
  await server.api.createBuild('rendered', { branch: 'main', commit: '0'.repeat(40), source_b64: packFolder(folder) })
}

/**
 * Checks a build that was canceled during its command: the command started once, and its sandbox
 * was not lost.
 */
async function judgeCanceled(id: string): Promise<void> {
  const { rows } = await server.pool.query<{ state: string }>('select state from engine.builds where id = $1', [id])
  const [job] = await jobsOf(server.pool, id)
  expect([rows[0]?.state, job?.state, job?.lost]).toEqual(['canceled', 'canceled', 0])
  expect(effects.told().filter(({ jobId }) => jobId === job?.id)).toMatchObject([{ kind: 'start' }])
}

/** Newest build number by pipeline; the first build already exists. */
let newest = { torture: 1, rendered: 0 }

function pipelineOf({ scene }: Window): 'torture' | 'rendered' {
  return scene === 'render' ? 'rendered' : 'torture'
}

/**
 * Returns the number of the next build, which exists whether or not its submission got a response.
 */
function nextNumber(pipeline: 'torture' | 'rendered'): number {
  newest = { ...newest, [pipeline]: newest[pipeline] + 1 }
  return newest[pipeline]
}

/**
 * Whether the server died before it stored this build. Its number is then reused for the next
 * build.
 */
async function wasNeverMade({
  window,
  number,
}: {
  readonly window: Window
  readonly number: number
}): Promise<boolean> {
  const pipeline = pipelineOf(window)
  const { rowCount } = await server.pool.query(
    'select 1 from build_records r join pipelines p on p.id = r.pipeline_id where p.slug = $1 and r.number = $2',
    [pipeline, number],
  )
  if (rowCount === 1) return false
  newest = { ...newest, [pipeline]: number - 1 }
  return true
}

/**
 * Waits for the end of a build in which the server died, and checks it. Returns the number of lost
 * sandboxes.
 */
async function judge(window: Window, steps: readonly Step[], number: number): Promise<number> {
  const build = await findBuild(server, pipelineOf(window), number)
  const { id } = build
  await untilOver(server, id)
  await settle(server)
  if (window.scene === 'cancel') {
    await judgeCanceled(id)
    return 0
  }
  return (await judgeBuild(server, { ...build, steps, told: effects.told() }, { mayLose: window.mayLose === true }))
    .lost
}

const limits = { timeout: 600_000 + hits * 60_000 }

test(
  `G02 G24 G41 G117 killed ${hits}x with a build in each window that can be held, seed ${random.seed}`,
  limits,
  async () => {
    for (let hit = 0; hit < hits; hit += 1) {
      const last = held.at(-1)
      const builds = []
      const answers = []
      for (const window of held) {
        made += 1
        const [steps, number] = [stepsOf[window.scene](made), nextNumber(pipelineOf(window))]
        builds.push({ window, steps, number })
        arm(window, random.between(1, window.times), window === last ? 'SIGKILL' : 'hold')
        const answer =
          window.scene === 'render' ? submitRendered(steps) : submit(server, 'torture', steps, effects.address)
        const isAnswered = answer.then(
          () => true,
          () => false, // it may die before it answers
        )
        answers.push(isAnswered)
        await reached(window)
      }
      await life.ended
      const isLastAnswered = (await Promise.all(answers)).at(-1)
      life = await server.start()
      const dying = builds.at(-1)
      // Another build may reach the last window before this build is committed or has a response.
      if (!isLastAnswered && dying !== undefined && (await wasNeverMade(dying))) builds.pop()
      for (const { window, steps, number } of builds) {
        const lost = await judge(window, steps, number)
        console.info(`window | ${window.name} | all right, ${lost} sandboxes lost | seed ${random.seed}`)
      }
      await judgeMoney(server.pool)
    }
  },
)

for (const window of alone) {
  test(`G02 G24 G41 killed ${hits}x where ${window.name}, seed ${random.seed}`, limits, async () => {
    let lost = 0
    for (let hit = 0; hit < hits; hit += 1) {
      made += 1
      const steps = stepsOf[window.scene](made)
      await play(window, steps)
      life = await server.start()
      lost += await judge(window, steps, nextNumber(pipelineOf(window)))
      await judgeMoney(server.pool)
    }
    console.info(`window | ${window.name} | ${hits} hits | all right, ${lost} sandboxes lost | seed ${random.seed}`)
  })
}

test('G24 no remains of sandboxes are left once the server has ended', async () => {
  life.kill('SIGTERM')
  await life.ended
  await untilEmpty(() => allRemains(server.directory))
})
