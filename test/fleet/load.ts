/** Simulates users of a fleet, who submit, follow and cancel builds despite failures. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type BuildAddress, CloudError, streamLogs, waitForBuild } from '@harmont/cloud'
import type { Chance } from '@harmont/test-kit/effort'
import { flatIr } from '../product.ts'
import { irSteps, type Step } from '../torture/steps.ts'
import type { Fleet } from './fleet.ts'

export interface Order {
  readonly pipeline: string
  readonly steps: readonly Step[]
  /** Delay of a cancellation after the response to the submission; null for none. */
  readonly cancelAfterMs: number | null
  /** Whether a user follows the log of the first job. */
  readonly isWatched: boolean
}

/** A build acknowledged with 201. */
export interface Answered extends Order {
  readonly number: number
  /** The log of the first job as a reader received it; null without a reader. */
  readonly seen: string | null
}

export const pipelines = ['red', 'blue'] as const
/** Makes the client repeat calls for longer than any fault. */
const patiently = { attempts: 50 }

/** Yields random orders of users, the same for the same seed. */
function* randomOrders({ random, pace }: Pick<Demand, 'random' | 'pace'>): Generator<Order, never> {
  for (let nth = 0; ; nth += 1)
    yield {
      pipeline: random.pick(pipelines),
      steps: randomSteps(random, nth).map((step) => ({ ...step, pauseSeconds: (step.pauseSeconds ?? 0) * pace })),
      cancelAfterMs: random.isOneIn(10) ? random.between(0, 3_000) : null,
      isWatched: random.isOneIn(6),
    }
}

function randomSteps(random: Chance, nth: number): readonly Step[] {
  const some = (key: string, more: Partial<Step> = {}): Step => ({
    key,
    lines: random.between(1, 12),
    pauseSeconds: random.pick([0, 0.02, 0.1, 0.3]),
    ...more,
  })
  const shapes: readonly (() => readonly Step[])[] = [
    () => [some('only')],
    () => [some('base'), some('next', { buildsIn: 'base' }), some('last', { buildsIn: 'next' })],
    () => [
      some('root'),
      some('left', { buildsIn: 'root' }),
      some('right', { buildsIn: 'root' }),
      some('join', { dependsOn: ['left', 'right'] }),
    ],
    () => [some('secret', { hasSecret: true }), some('on-secret', { buildsIn: 'secret' })],
    () => [some('retried', { exits: [7, 0] }), some('on-retried', { buildsIn: 'retried' })],
    () => [
      some('soft', { exits: [3], isSoft: true }),
      some('hard', { exits: [9] }),
      some('never', { buildsIn: 'hard' }),
    ],
    () => [some('deploy', { group: 'production' })],
    () => [
      some('upload', { artifact: [nth * 1_000, nth * 1_000 + random.between(10, 20_000)] }),
      some('take', { dependsOn: ['upload'], takes: 'upload' }),
    ],
    () => [some('long', { lines: random.between(10, 60), pauseSeconds: 0.3, ticks: true })],
  ]
  return random.pick(shapes)()
}

/**
 * Cancels a build, and repeats calls without a response, because the client repeats only calls with
 * a key.
 */
async function cancel({ client }: Fleet['api'], address: BuildAddress): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return void (await client.cancelBuild(address))
    } catch (error) {
      if (!(error instanceof CloudError) || !error.isPassing || tries === patiently.attempts) throw error
      await sleep(500)
    }
  }
}

/** Executes one order; resolves when its build has ended. */
async function place({ api, effects }: Fleet, order: Order): Promise<Answered> {
  const { client, org } = api
  const { pipeline, steps, cancelAfterMs, isWatched } = order
  const body = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(irSteps(steps, effects.address)) }
  const { number } = await client.createBuild({ org, pipeline, body }, patiently)
  const address = { org, pipeline, number }
  const stop = async () => {
    if (cancelAfterMs === null) return
    await sleep(cancelAfterMs)
    await cancel(api, address)
  }
  const watch = async () => {
    if (!isWatched) return null
    const { data } = await client.listJobs(address, patiently)
    const job = data.find(({ step_key }) => step_key === steps[0]?.key)
    return job === undefined ? null : await readWhole(api.client, job.id)
  }
  const [, seen] = await Promise.all([stop(), watch(), waitForBuild(client, address)])
  return { ...order, number, seen }
}

/** Returns the output in a job's log, read while it is written. */
async function readWhole(client: Fleet['api']['client'], jobId: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const { stream, bytes } of streamLogs(client, jobId))
    if (stream !== 'meta') text += decoder.decode(bytes, { stream: true })
  return text
}

interface Demand {
  readonly random: Chance
  /** Factor of the commands' durations, of which the longest is 18 s. */
  readonly pace: number
  readonly atATime: number
  /** Called before each build. */
  isWanted(placed: number): boolean
}

/** Places random orders, several at a time, while `isWanted` returns true. */
export async function placeOrders(
  fleet: Fleet,
  { random, pace, atATime, isWanted }: Demand,
): Promise<readonly Answered[]> {
  const answered: Answered[] = []
  const orders = randomOrders({ random, pace })
  let placed = 0
  const person = async () => {
    while (isWanted(placed)) {
      placed += 1
      answered.push(await place(fleet, orders.next().value))
    }
  }
  await Promise.all(Array.from({ length: atATime }, person))
  return answered
}
