/**
 * Runs one schedule: random builds on a random fleet, faults at random times, and checks of the
 * results.
 */
import { type Build, type Created, createBuild, defaultLimits, type Job } from '@harmont/engine'
import { parsePlan } from '@harmont/ir'
import type { Chance } from '@harmont/test-kit/effort'
import { foldBuild } from '../../packages/engine/src/core/fold-build.ts'
import { isHeld } from '../../packages/engine/src/core/states.ts'
import { plainContext } from '../../packages/engine/src/plain-context.test-support.ts'
import { Fleet } from './fleet.ts'
import { commandOf, type Deed, type RunningCommand } from './machine.ts'
import { after, begin, elapsed, fleetNow, runUntil } from './virtual-time.ts'

/** Thrown for a guarantee that a schedule found broken. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

const faultMs = 45_000
const longestMs = 40 * 60_000

interface PlannedStep {
  readonly key: string
  readonly deed: Deed
  readonly before: readonly string[]
  readonly buildsIn: string | null
  readonly hasGroup: boolean
}

/**
 * Runs the schedule of a seed. Returns the number of commands and the story. Throws `Broken` for a
 * broken guarantee.
 */
export async function live(seed: number): Promise<{ readonly commands: number; readonly story: readonly string[] }> {
  const schedule = new Schedule(begin(seed))
  try {
    await schedule.live()
  } catch (error) {
    const story = schedule.story.slice(-60).join('\n')
    const what = error instanceof Broken ? error.message : `${error instanceof Error ? error.stack : error}`
    throw new Broken(`seed ${seed}: ${what}\n${story}`)
  }
  return { commands: schedule.commands.length, story: schedule.story }
}

class Schedule {
  readonly story: string[] = []
  readonly commands: RunningCommand[] = []
  readonly #dice: Chance
  readonly #fleet: Fleet
  readonly #plans = new Map<string, readonly PlannedStep[]>()
  #broken: Broken | null = null
  #isAllOver = false
  #ids = 0

  constructor(dice: Chance) {
    this.#dice = dice
    const witness = {
      broke: (promise: string) => this.#break(promise),
      failed: (message: string, error: unknown) =>
        this.#break(`a fault of ours: ${message}: ${error instanceof Error ? error.stack : error}`),
      started: (command: RunningCommand) => this.#started(command),
      ended: ({ jobId, fence, exit }: RunningCommand) =>
        this.#tell(`command ${jobId} ${fence} ends with ${exit?.code}${exit?.overdue ? ', overdue' : ''}`),
    }
    this.#fleet = new Fleet(dice, witness, dice.between(1, 3), () => this.#newId())
  }

  async live(): Promise<void> {
    const dice = this.#dice
    const fleet = this.#fleet
    for (let count = dice.between(1, 2); count > 0; count--) fleet.startApi()
    for (const place of fleet.schedulers) fleet.startScheduler(place)
    for (const place of fleet.runners) fleet.startRunner(place)
    for (let count = dice.between(1, 3); count > 0; count--) after(dice.between(0, 15_000), () => this.#submit())
    for (let count = dice.between(3, 10); count > 0; count--) after(dice.between(500, faultMs), () => this.#fault())
    after(faultMs, () => this.#calm())
    this.#look()
    const isOver = () => this.#broken !== null || (elapsed() > faultMs + 1_000 && this.#isAllOver)
    await runUntil(longestMs, isOver)
    if (this.#broken === null) await runUntil(elapsed() + 25_000, () => this.#broken !== null)
    if (this.#broken !== null) throw this.#broken
    await this.#checkEnd()
  }

  #newId(): string {
    return `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`
  }

  #tell(what: string): void {
    this.story.push(`${(elapsed() / 1000).toFixed(3)} ${what}`)
  }

  #break(promise: string): void {
    this.#tell(promise)
    this.#broken ??= new Broken(promise)
  }

  #submit(): void {
    const dice = this.#dice
    const steps: PlannedStep[] = []
    const count = dice.between(1, 5)
    for (let index = 0; index < count; index++) {
      const others = steps.filter(() => dice.isOneIn(3)).map(({ key }) => key)
      const buildsIn = others.length > 0 && dice.isOneIn(2) ? (others[0] ?? null) : null
      const deed = {
        lines: dice.between(0, 6),
        everyMs: dice.pick([50, 400, 3_000, 9_000, 9_000]),
        exitCode: dice.isOneIn(8) ? 1 : 0,
      }
      steps.push({
        key: `s${index}`,
        deed,
        before: others.filter((key) => key !== buildsIn),
        buildsIn,
        hasGroup: dice.isOneIn(5),
      })
    }
    const document = { version: '0', steps: steps.map(stepOf) }
    const parsed = parsePlan(JSON.stringify(document))
    if (!parsed.ok) throw new Error(parsed.error.message)
    const { plan } = parsed
    const from = { kind: 'plan', plan, conditions: steps.map(() => true) } as const
    const created: Created = createBuild(
      { id: this.#newId(), queue: dice.pick(['q', 'r']), at: fleetNow(), held: false, from },
      { limits: defaultLimits, newId: () => this.#newId() },
    )
    this.#plans.set(created.build.id, steps)
    this.#fleet.store.builds.submit(created, plainContext)
    this.#tell(`build ${created.build.id}: ${JSON.stringify(steps)}`)
  }

  /** Inflicts a random fault or user action. */
  #fault(): void {
    const dice = this.#dice
    const fleet = this.#fleet
    const place = dice.pick(fleet.runners)
    const { host } = place.process ?? {}
    const ms = dice.pick([300, 3_000, 20_000, 45_000])
    const acts: readonly (() => string)[] = [
      () => {
        fleet.killRunner(place)
        after(ms, () => place.process === null && fleet.startRunner(place))
        return `the runner ${place.id} is killed for ${ms} ms`
      },
      () => {
        if (host) host.heldUntil = elapsed() + ms
        return `the runner ${place.id} is held up for ${ms} ms`
      },
      () => {
        const { cutOff } = fleet.network
        fleet.for(
          ms,
          () => cutOff.add(place.machine.machine),
          () => cutOff.delete(place.machine.machine),
        )
        return `the machine ${place.id} is cut off for ${ms} ms`
      },
      () => {
        const [served] = fleet.network.servers
        if (served) fleet.killApi(served)
        after(ms / 3, () => fleet.startApi())
        return `a process of the server is killed; another starts after ${ms / 3} ms`
      },
      () => {
        const scheduler = dice.pick(fleet.schedulers)
        if (scheduler.host) scheduler.host.isDead = true
        after(ms, () => fleet.startScheduler(scheduler))
        return `a scheduler is killed for ${ms} ms`
      },
      () => {
        const scheduler = dice.pick(fleet.schedulers)
        if (scheduler.host) scheduler.host.heldUntil = elapsed() + ms
        return `a scheduler is held up for ${ms} ms`
      },
      () => {
        fleet.for(
          ms / 3,
          () => {
            fleet.isDatabaseAway = true
          },
          () => {
            fleet.isDatabaseAway = false
          },
        )
        return `the database is away for ${ms / 3} ms`
      },
      () => {
        const [served] = fleet.network.servers
        if (served) served.host.heldUntil = elapsed() + ms / 3
        return `a process of the server is held up for ${ms / 3} ms`
      },
      () => {
        fleet.drain(place)
        return `the runner ${place.id} is drained`
      },
      () => {
        place.machine.machine.wallStepMs += dice.between(-3_600_000, 3_600_000)
        return `somebody sets the clock of ${place.id}`
      },
      () => {
        const id = dice.pick([...this.#plans.keys(), ''])
        void fleet.apply(id, [{ type: 'cancel', at: fleetNow() }])
        return `somebody cancels the build ${id}`
      },
    ]
    this.#tell(dice.pick(acts)())
  }

  /** Ends the faults, so that all builds must finish. */
  #calm(): void {
    const fleet = this.#fleet
    this.#tell('calm')
    fleet.isCalm = true
    fleet.network.isCalm = true
    for (const { id } of fleet.runners) void fleet.store.runners.drain(id, null)
  }

  /** Checks every second whether all builds have ended. */
  #look(): void {
    void this.#builds().then((builds) => {
      this.#isAllOver = builds.every(({ finishedAt }) => finishedAt !== null)
    })
    after(1_000, () => this.#look())
  }

  async #builds(): Promise<readonly Build[]> {
    const loaded = await Promise.all([...this.#plans.keys()].map((id) => this.#fleet.store.builds.load(id)))
    return loaded.flatMap((each) => each?.build ?? [])
  }

  #started(command: RunningCommand): void {
    this.#tell(`command ${command.jobId} ${command.fence} starts on ${command.machine.name}`)
    const twin = this.#running().find(({ jobId }) => jobId === command.jobId)
    if (twin !== undefined)
      this.#break(
        `G01: ${command.jobId} runs twice: lease ${twin.fence} on ${twin.machine.name}, ${command.fence} on ${command.machine.name}`,
      )
    this.commands.push(command)
    void this.#checkStart(command)
  }

  #running(): readonly RunningCommand[] {
    return this.commands.filter(({ exit }) => exit === null)
  }

  async #checkStart({ buildId, jobId, fence, parent }: RunningCommand): Promise<void> {
    const { builds } = this.#fleet.store
    const build = (await builds.load(buildId))?.build
    const job = await builds.job(buildId, jobId)
    const plan = this.#plans.get(buildId) ?? []
    const step = plan[job?.step ?? -1]
    // A command under a lost lease is about to end and has no effect.
    if (build === undefined || job === undefined || step === undefined || job.fence !== fence) return
    const newest = (key: string) => build.jobs[plan.findIndex((each) => each.key === key)]
    const passed = (await builds.jobs(buildId)).filter(({ state }) => state === 'passed')
    // A prerequisite with lost files may be running again meanwhile, so any passed attempt counts.
    for (const key of [...step.before, step.buildsIn ?? []].flat())
      if (!passed.some((each) => plan[each.step ?? -1]?.key === key))
        this.#break(`G03: ${step.key} starts before ${key} has passed`)
    if (step.buildsIn !== null && parent !== newest(step.buildsIn)?.snapshot)
      this.#break(`G04: ${step.key} starts from ${parent}, not from what ${step.buildsIn} left`)
    if (step.hasGroup) await this.#checkGroup(build)
  }

  async #checkGroup({ queue }: Build): Promise<void> {
    const builds = (await this.#builds()).filter((build) => build.queue === queue)
    const held = builds.flatMap(({ id, jobs }) =>
      jobs.filter(({ step, state }) => this.#plans.get(id)?.[step ?? -1]?.hasGroup && isHeld(state)),
    )
    if (held.length > 1) this.#break(`G05: ${held.length} jobs of a group of one: ${held.map(({ id }) => id)}`)
  }

  async #checkEnd(): Promise<void> {
    const left = this.#running()
    if (left.length > 0) this.#break(`G06: ${left.map(({ jobId }) => jobId)} still run when all is over`)
    for (const build of await this.#builds()) {
      const { id, state, finishedAt, jobs } = build
      const states = jobs.map((job) => job.state).join(', ')
      if (finishedAt === null) this.#break(`G02: the build ${id} never ends: ${states}`)
      if (foldBuild(jobs, build) !== state) this.#break(`G10: the build ${id} is ${state}, its jobs are ${states}`)
      const told = this.#fleet.told.filter((each) => each === id).length
      if (told !== 1) this.#break(`the end of the build ${id} was told ${told} times`)
      for (const job of await this.#fleet.store.builds.jobs(id)) await this.#checkJob(id, job)
    }
    if (this.#broken !== null) throw this.#broken
  }

  async #checkJob(buildId: string, { id, state, fence, exitCode, errorCode, errorMessage, step }: Job): Promise<void> {
    if (errorCode !== null && !(errorCode === 'sandbox_lost' || this.#mayMiss(buildId, step)))
      this.#break(`G78: the job ${id} ends with ${errorCode}: ${errorMessage}`)
    const own = this.commands.filter(({ jobId }) => jobId === id)
    const last = own.find((command) => command.fence === fence)
    if ((state === 'passed' || state === 'failed') && errorCode === null && last?.exit?.code !== exitCode)
      this.#break(`G01: the job ${id} has exit code ${exitCode}, its command ${last?.exit?.code}`)
    const chunks = await this.#fleet.store.logs.read(id, 0, Number.MAX_SAFE_INTEGER)
    const text = Buffer.concat(chunks.flatMap(({ kind, content }) => (kind === 0 ? content : []))).toString()
    const lines = text.split('\n').slice(0, -1)
    const parts = Map.groupBy(lines, (line) => Number(line.split(' ')[1]))
    const expected = [...parts].flatMap(([of, some]) => some.map((_, index) => `${id} ${of} ${index}`))
    if (lines.join() !== expected.join()) this.#break(`G12: the log of ${id} is not in order: ${lines.join('; ')}`)
    const whole = this.#plans.get(buildId)?.[step ?? -1]?.deed.lines
    if (state === 'passed' && (parts.get(fence)?.length ?? 0) !== whole)
      this.#break(`G12: the log of ${id} has ${parts.get(fence)?.length ?? 0} of ${whole} lines`)
  }

  /**
   * Whether a job may fail because files that it builds on are gone with a runner. This requires an
   * ancestor in a group, because such a step does not run again.
   */
  #mayMiss(buildId: string, step: number | null): boolean {
    const plan = this.#plans.get(buildId) ?? []
    for (let at = plan[step ?? -1]; at !== undefined; ) {
      if (at.hasGroup && at !== plan[step ?? -1]) return true
      const parent: string | null = at.buildsIn
      at = plan.find(({ key }) => key === parent)
    }
    return false
  }
}

function stepOf({ key, deed, before, buildsIn, hasGroup }: PlannedStep): object {
  return {
    type: 'command',
    key,
    cmd: commandOf(deed),
    ...(buildsIn === null ? {} : { builds_in: buildsIn }),
    ...(before.length === 0 ? {} : { depends_on: before }),
    ...(hasGroup ? { concurrency: { group: 'g', limit: 1 } } : {}),
  }
}
