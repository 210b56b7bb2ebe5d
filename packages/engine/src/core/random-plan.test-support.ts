/** Makes random plans and programs for tests. */
import type { AppendedPlan, Plan, PlannedStep, RetryPolicy } from '@harmont/ir'
import fc from 'fast-check'

const retry: fc.Arbitrary<RetryPolicy> = fc.record(
  {
    limit: fc.integer({ min: 1, max: 3 }),
    delaySeconds: fc.constantFrom(0, 5),
    exitCodes: fc.constantFrom<readonly number[] | '*'>('*', [1], [2, 75]),
    signals: fc.constant(['SIGKILL']),
    reasons: fc.constantFrom(['out_of_memory'], ['step_timeout', 'sandbox_lost']),
  },
  { requiredKeys: ['limit', 'delaySeconds'] },
)

const traits = fc.record({
  retry: fc.option(retry, { freq: 2 }),
  softFail: fc.option(fc.constantFrom<true | readonly number[]>(true, [1, 75]), { freq: 2 }),
  continueOnFailure: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  hasGroup: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  hasSecrets: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  hasTokens: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  conditionHolds: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  /** Prerequisites as distances to earlier steps. */
  before: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
  buildsIn: fc.boolean(),
  append: fc.option(
    fc.record({ max: fc.integer({ min: 1, max: 3 }), secrets: fc.constantFrom<readonly string[]>([], ['token']) }),
    { freq: 3 },
  ),
  waits: fc.boolean(),
})

/** Returns a step without special properties. */
function plainStep(index: number, over: Partial<PlannedStep> = {}): PlannedStep {
  return {
    key: `s${index}`,
    name: `s${index}`,
    command: 'true',
    env: {},
    secrets: {},
    image: 'host',
    buildsIn: null,
    dependsOn: [],
    cacheKey: null,
    timeoutSeconds: 60,
    retry: null,
    softFail: null,
    continueOnFailure: false,
    condition: null,
    resources: { cpu: 2, memoryGb: 4, diskGb: 20 },
    ...over,
  }
}

/** Returns a plan of plain steps. */
export function plainPlan(steps: readonly Partial<PlannedStep>[], timeoutSeconds: number | null = null): Plan {
  return { timeoutSeconds, steps: steps.map((over, index) => plainStep(index, over)), warnings: [] }
}

export interface RandomBuild {
  readonly plan: Plan
  readonly conditions: readonly boolean[]
  readonly held: boolean
}

/** Makes graphs of 1 to `max` steps with every kind of edge and policy. */
export function randomBuild(max: number): fc.Arbitrary<RandomBuild> {
  return fc
    .tuple(
      fc.array(traits, { minLength: 1, maxLength: max, size: 'max' }),
      fc.option(fc.constant(120), { freq: 2 }),
      fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    )
    .map(([list, timeoutSeconds, held]) => ({
      held,
      conditions: list.map(({ conditionHolds }) => conditionHolds),
      plan: plainPlan(
        list.map((trait, index) => {
          const before = trait.before.map((distance) => index - distance).filter((from) => from >= 0)
          const buildsIn = trait.buildsIn ? (before[0] ?? null) : null
          return {
            retry: trait.retry,
            softFail: trait.softFail,
            continueOnFailure: trait.continueOnFailure,
            secrets: trait.hasSecrets ? { TOKEN: 'token' } : {},
            ...(trait.hasTokens && { idTokens: { TOKEN_FILE: 'sts.example.com' } }),
            ...(trait.hasGroup && { concurrency: { group: 'g', limit: 1, scope: 'pipeline' as const } }),
            buildsIn,
            dependsOn: before.filter((from) => from !== buildsIn).sort((a, b) => a - b),
            ...(trait.append && { append: { ...trait.append, idTokens: [], egress: null } }),
            ...(trait.waits && afterAppendedOf(before.filter((from) => list[from]?.append))),
          }
        }),
        timeoutSeconds,
      ),
    }))
}

function afterAppendedOf(generators: readonly number[]): Pick<PlannedStep, 'afterAppended'> {
  return generators.length === 0 ? {} : { afterAppended: generators.toSorted((a, b) => a - b) }
}

/** Makes a generator's append request, which is usually allowed. */
export function randomAppend(
  steps: readonly PlannedStep[],
  roll: () => number,
): { readonly plan: AppendedPlan; readonly conditions: readonly boolean[] } {
  const references: string[] = []
  const outside = (key = steps[Math.floor(roll() * steps.length)]?.key ?? '') => {
    if (!references.includes(key)) references.push(key)
    return -1 - references.indexOf(key)
  }
  const added: PlannedStep[] = []
  for (let count = Math.floor(roll() * 4); count > 0; count--) {
    const own = () => (added.length > 0 && roll() < 0.5 ? Math.floor(roll() * added.length) : outside())
    const buildsIn = roll() < 0.3 ? own() : null
    const dependsOn = new Set(Array.from({ length: Math.floor(roll() * 3) }, own))
    if (roll() < 0.01) dependsOn.add(outside('nobody'))
    const generators = steps.filter(({ append }) => append)
    const waits = roll() < 0.15 ? generators[Math.floor(roll() * generators.length)]?.key : undefined
    const mayHave = ['token'].slice(0, roll() < 0.1 ? 1 : 0)
    const isTaken = roll() < 0.01
    added.push(
      plainStep(steps.length + added.length, {
        key: isTaken ? (steps[0]?.key ?? '') : `s${steps.length + added.length}`,
        image: buildsIn === null && roll() < 0.5 ? 'host' : null,
        buildsIn,
        dependsOn: [...dependsOn].filter((from) => from !== buildsIn),
        secrets: roll() < 0.05 ? { TOKEN: 'token' } : {},
        softFail: roll() < 0.2 ? true : null,
        continueOnFailure: roll() < 0.2,
        ...(roll() < 0.3 && { append: { max: 3, secrets: mayHave, idTokens: [], egress: null } }),
        ...(waits !== undefined && { afterAppended: [outside(waits)] }),
      }),
    )
  }
  return { plan: { steps: added, references, warnings: [] }, conditions: added.map(() => roll() < 0.9) }
}

/** Returns a generator of numbers from 0 (inclusive) to 1 (exclusive), determined by the seed. */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
