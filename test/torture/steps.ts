/** Defines the steps of builds under faults, for the model and for the IR. */
import { createHash } from 'node:crypto'
import { service, tell } from '../../packages/engine/src/runner/services/keeper.test-support.ts'
import { tellScript } from './effects.ts'

export interface Step {
  readonly key: string
  readonly buildsIn?: string
  readonly dependsOn?: readonly string[]
  /** Exit codes of the attempts in order; 0 by default. */
  readonly exits?: readonly number[]
  readonly isSoft?: boolean
  /** Whether the step's result is in the cache before the build begins. */
  readonly isCached?: boolean
  /** Cache key of the step; absent for an uncached step. */
  readonly cacheKey?: string
  readonly hasSecret?: boolean
  /** A concurrency group with limit 1, across builds of the pipeline. */
  readonly group?: string
  readonly lines: number
  /** Pause between two lines; 0 by default. */
  readonly pauseSeconds?: number
  /** Whether each line is also reported to the effects server, as a `tick`. */
  readonly ticks?: boolean
  readonly timeoutSeconds?: number
  /** First and last number in the step's artifact, which has one number per line. */
  readonly artifact?: readonly [number, number]
  /** Key of a step with an artifact that this step takes as input. */
  readonly takes?: string
  /** A service that keeps lines. The step sends its key to the service and prints all lines. */
  readonly service?: { readonly from?: string }
  /** The appended steps. Those that build in this step name no parent. */
  readonly appends?: readonly Step[]
  /** Generators whose appended steps this step waits for. */
  readonly afterAppended?: readonly string[]
}

/** Returns these steps and their appended steps, in the order of a build with one generator. */
export function withAppended(steps: readonly Step[]): readonly Step[] {
  return [...steps, ...steps.flatMap(({ appends = [] }) => appends)]
}

/** Returns the output of a step's command in one complete run. */
export function printed(step: Step, steps: readonly Step[]): string {
  const { key, lines, hasSecret = false } = step
  const first = hasSecret ? 'the token is ***\n' : ''
  const all = new Map(steps.map((each) => [each.key, each]))
  const kept = keptLines(step, all)
  const own = Array.from({ length: lines }, (_, index) => `${key} line ${index + 1}\n`)
  return first + own.join('') + kept.map((line) => `${line}\n`).join('')
}

/** Returns the lines that a step's service keeps at the end. */
function keptLines({ key, service }: Step, all: ReadonlyMap<string, Step>): readonly string[] {
  if (service === undefined) return []
  const before = service.from === undefined ? undefined : all.get(service.from)
  return [...(before === undefined ? [] : keptLines(before, all)), key]
}

/** Returns the artifacts of a step: a large one, and small ones that share a part. */
export function artifactsOf({ artifact, key }: Step): readonly { readonly path: string; readonly sha256: string }[] {
  if (artifact === undefined) return []
  const [first, last] = artifact
  const sum = createHash('sha256')
  for (let number = first; number <= last; number += 1) sum.update(`${number}\n`)
  const small = createHash('sha256').update(`${key} ${first}\n`).digest('hex')
  return [
    { path: 'out/large', sha256: sum.digest('hex') },
    ...[1, 2, 3].map((number) => ({ path: `out/small-${number}`, sha256: small })),
  ]
}

/** Returns the path of the file that a step leaves. */
const leaves = (key: string) => `/made/${key}`

/** Returns shell text that repeats a command until it has written its files: the disk may be full. */
const untilWritten = (text: string) => `until { ${text}; } 2>/dev/null; do sleep 0.2; done`

function command(step: Step, all: ReadonlyMap<string, Step>, address: string): string {
  const { key, buildsIn, exits = [0], lines, pauseSeconds = 0, hasSecret = false, ticks = false, artifact } = step
  const below = ancestors(buildsIn, all)
  const taken = step.takes === undefined ? [] : artifactsOf(all.get(step.takes) ?? step)
  return [
    tellScript(address),
    'tell start',
    ...(hasSecret ? ['echo "the token is $TOKEN"'] : []),
    // Checks that the folder has exactly the ancestors' files.
    `[ "$(ls /made 2>/dev/null | sort | tr '\\n' ' ')" = "${below
      .toSorted()
      .map((name) => `${name} `)
      .join('')}" ]`,
    untilWritten('mkdir -p /made'),
    ...taken.map(({ path, sha256 }) => `echo "${sha256}  ${path}" | sha256sum --check --quiet`),
    `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "${key} line $i"; ${ticks ? 'tell tick; ' : ''}${pauseSeconds > 0 ? `sleep ${pauseSeconds};` : ''} done`,
    ...(step.service === undefined ? [] : [tell(key)]),
    ...(artifact === undefined ? [] : [leaveScript(key, artifact)]),
    ...(step.appends === undefined ? [] : [appendScript(step.appends, all, address)]),
    untilWritten(`echo "$HARMONT_JOB_ID" >> ${leaves(key)}`),
    `[ "$(wc -l < ${leaves(key)})" = 1 ]`,
    'tell end',
    `set -- ${exits.join(' ')}; while [ $# -gt 1 ] && [ "$HARMONT_ATTEMPT" -gt 1 ]; do shift; HARMONT_ATTEMPT=$((HARMONT_ATTEMPT-1)); done; exit $1`,
  ].join('\n')
}

/**
 * Returns shell text that leaves one document per step, like a program that creates them one by
 * one.
 */
function appendScript(appends: readonly Step[], all: ReadonlyMap<string, Step>, address: string): string {
  const documents = appends.map((step) => {
    const { builds_in: _, ...root } = irStep(step, all, address)
    const isChild = all.get(step.buildsIn ?? '')?.appends?.includes(step)
    return JSON.stringify({
      version: '0',
      steps: [{ type: 'command', ...(isChild ? root : irStep(step, all, address)) }],
    })
  })
  const encoded = documents.map((text) => Buffer.from(text).toString('base64'))
  return [
    'mkdir -p "$HARMONT_OUTPUT/steps"',
    ...encoded.map((text, index) => `echo ${text} | base64 -d >"$HARMONT_OUTPUT/steps/${index}.json"`),
  ].join('\n')
}

function leaveScript(key: string, [first, last]: readonly [number, number]): string {
  const small = [1, 2, 3].map((number) => `echo "${key} ${first}" >out/small-${number}`)
  return untilWritten(['mkdir -p out', `seq ${first} ${last} >out/large`, ...small].join(' && '))
}

function ancestors(key: string | undefined, all: ReadonlyMap<string, Step>): readonly string[] {
  return key === undefined ? [] : [...ancestors(all.get(key)?.buildsIn, all), key]
}

/** Returns the steps as IR in the form for `flatIr`. */
export function irSteps(steps: readonly Step[], address: string): readonly Record<string, unknown>[] {
  const all = new Map(withAppended(steps).map((step) => [step.key, step]))
  return steps.map((step) => irStep(step, all, address))
}

function irStep(step: Step, all: ReadonlyMap<string, Step>, address: string): Record<string, unknown> {
  return {
    key: step.key,
    cmd: command(step, all, address),
    ...(step.buildsIn === undefined ? {} : { builds_in: step.buildsIn }),
    ...(step.dependsOn === undefined ? {} : { depends_on: step.dependsOn }),
    ...(step.timeoutSeconds === undefined ? {} : { timeout_seconds: step.timeoutSeconds }),
    ...(step.isSoft ? { soft_fail: true } : {}),
    ...(step.exits && step.exits.length > 1 ? { retry: { limit: step.exits.length - 1 } } : {}),
    ...(step.cacheKey === undefined ? {} : { cache: { policy: 'forever', key: step.cacheKey } }),
    ...(step.hasSecret ? { secrets: { TOKEN: 'token' } } : {}),
    ...(step.group === undefined ? {} : { concurrency: { group: step.group, limit: 1 } }),
    ...(step.artifact === undefined ? {} : { artifacts: [{ path: 'out/**', required: true }] }),
    ...(step.takes === undefined ? {} : { inputs: [{ from: step.takes, path: 'out/**' }] }),
    ...(step.service === undefined ? {} : { services: [keeperOf(step.service)] }),
    ...(step.appends === undefined ? {} : { append: { max: step.appends.length } }),
    ...(step.afterAppended === undefined ? {} : { after_appended: step.afterAppended }),
  }
}

/** Returns a service that keeps lines, in the form of the IR. */
function keeperOf({ from }: { readonly from?: string }): Record<string, unknown> {
  const { name, image, command, ready } = service('db')
  return { name, image, command, ready: { port: ready.port }, ...(from === undefined ? {} : { from }) }
}

/** A generator that appends a chain, which starts from its own files, and an independent step. */
export const generator: Step = {
  key: 'generator',
  lines: 10,
  pauseSeconds: 0.05,
  appends: [
    { key: 'made', buildsIn: 'generator', lines: 5 },
    { key: 'made-child', buildsIn: 'made', lines: 5 },
    { key: 'made-too', buildsIn: 'generator', lines: 5 },
  ],
}

/** Steps that must be in the cache before `thirtySteps`. */
export const cachedSteps: readonly Step[] = [
  { key: 'warm', lines: 3, cacheKey: 'warm-1' },
  { key: 'warm-child', buildsIn: 'warm', lines: 3, cacheKey: 'warm-2' },
]

/**
 * Returns steps with services, of which one starts from the files of another, artifacts and inputs.
 */
function keepingSteps(nth: number, pace: number): readonly Step[] {
  // Each build has different numbers, so that it must upload all its parts.
  const artifact = (count: number) => [1e8 + nth * 1e7, 1e8 + nth * 1e7 + Math.round(count * pace ** 3)] as const
  return [
    { key: 'migrate', lines: 10, pauseSeconds: 0.2 * pace, service: {} },
    { key: 'serve', lines: 100, pauseSeconds: 0.5 * pace, dependsOn: ['migrate'], service: { from: 'migrate' } },
    { key: 'serve-too', lines: 100, pauseSeconds: 0.5 * pace, dependsOn: ['migrate'], service: { from: 'migrate' } },
    { key: 'upload', lines: 2, artifact: artifact(9e6) },
    { key: 'take', lines: 5, dependsOn: ['upload'], takes: 'upload', service: {}, artifact: artifact(5e4) },
  ]
}

/**
 * Returns steps with chains, forks, fans, a retry, soft and hard failures, a secret, cache hits and
 * misses, long runs, long logs, services, artifacts and inputs. The longest step takes 12 s, scaled
 * by `pace`.
 */
export function thirtySteps(anew: string, pace: number): readonly Step[] {
  const chain = (name: string, length: number, more: Partial<Step> = {}) =>
    Array.from(
      { length },
      (_, index): Step => ({
        key: `${name}-${index + 1}`,
        ...(index === 0 ? {} : { buildsIn: `${name}-${index}` }),
        lines: 40,
        pauseSeconds: 0.01,
        ...more,
      }),
    )
  const forks = Array.from(
    { length: 6 },
    (_, index): Step => ({
      key: `fork-${index + 1}`,
      buildsIn: 'chain-2',
      lines: 10 + 10 * index,
      pauseSeconds: 0.1,
    }),
  )
  const all: readonly Step[] = [
    // These steps come first, because they take longest.
    ...keepingSteps(Number(anew), pace),
    ...chain('chain', 5),
    ...forks,
    { key: 'fan-in', dependsOn: forks.map(({ key }) => key), lines: 5 },
    ...cachedSteps.map((step) => ({ ...step, isCached: true })),
    { key: 'on-warm', buildsIn: 'warm-child', lines: 20, pauseSeconds: 0.05 },
    { key: 'kept', lines: 20, pauseSeconds: 0.05, cacheKey: `kept-${anew}` },
    { key: 'retried', exits: [7, 0], lines: 15, pauseSeconds: 0.05 },
    { key: 'on-retried', buildsIn: 'retried', lines: 5 },
    { key: 'gives-up', exits: [7, 8], isSoft: true, lines: 5 },
    { key: 'soft', exits: [3], isSoft: true, lines: 5 },
    { key: 'after-soft', dependsOn: ['soft', 'gives-up'], lines: 5 },
    { key: 'hard', exits: [9], lines: 5 },
    { key: 'never', buildsIn: 'hard', lines: 5 },
    { key: 'never-either', dependsOn: ['never'], lines: 5 },
    { key: 'secret', hasSecret: true, lines: 30, pauseSeconds: 0.1 },
    { key: 'on-secret', buildsIn: 'secret', lines: 5 },
    { key: 'long', lines: 60, pauseSeconds: 0.2 },
    { key: 'long-too', dependsOn: ['chain-1'], lines: 40, pauseSeconds: 0.25 },
    generator,
    { key: 'after-made', dependsOn: ['generator'], afterAppended: ['generator'], lines: 5 },
    { key: 'chatty', lines: 20_000 },
    { key: 'chatty-too', buildsIn: 'chatty', lines: 5_000 },
  ]
  return all.map((step) => ({ ...step, pauseSeconds: (step.pauseSeconds ?? 0) * pace }))
}
