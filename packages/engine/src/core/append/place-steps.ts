/** Places a generator's steps in its build, or returns the reason why it cannot. */
import type { LiveBuild, Slot } from '../live-build.ts'
import type { AppendRequest, Step } from '../model.ts'
import { limitProblem } from './append-limits.ts'
import { rightsProblem, withinBound } from './append-rights.ts'
import { cycleProblem } from './cycle-problem.ts'
import { outsideProblem } from './outside-problem.ts'

export interface Generator {
  readonly slot: Slot
  /** The ended job of the generator. */
  readonly job: string
}

/** The steps to add, or a sentence that explains the refusal. */
export type Placed = { readonly steps: readonly Step[] } | { readonly refusal: string }

/**
 * Places the steps of a generator's request; undefined means that the runner is too old to send
 * one.
 */
export function placeSteps(
  build: Pick<LiveBuild, 'steps' | 'jobs' | 'dependents'>,
  { slot, job }: Generator,
  request: AppendRequest | undefined,
): Placed {
  const generator = build.steps[slot]
  if (request === undefined) return { refusal: 'The release of its runner cannot append steps. Upgrade the runner.' }
  if (request.kind === 'unreadable') return { refusal: request.message }
  if (generator?.append === undefined) return { refusal: 'The step has no `append`.' }
  const { plan, conditions } = request
  const keys = keysOf(build.steps, [...plan.references, ...plan.steps.map(({ key }) => key)])
  const known = plan.steps.find(({ key }) => keys.has(key))
  if (known !== undefined)
    return { refusal: `The build already has a step \`${known.key}\`. Give the step another key.` }
  const unknown = plan.references.find((key) => !keys.has(key))
  if (unknown !== undefined)
    return { refusal: `There is no step \`${unknown}\`, neither in the build nor among the steps to append.` }
  const first = build.steps.length
  const slotOf = (index: number): Slot =>
    index >= 0 ? first + index : (keys.get(plan.references[-1 - index] ?? '') ?? slot)
  const steps = plan.steps.map((step, index): Step => {
    const placed = { ...place(step, slot, slotOf), ...withinBound(step, generator) }
    return { ...placed, conditionHolds: conditions[index] === true, appendedBy: { step: slot, job } }
  })
  const refusal =
    limitProblem(build, slot, generator.append.max, steps) ??
    rightsProblem(generator, plan.steps) ??
    outsideProblem(build, slot, steps) ??
    cycleProblem(build, slot, steps)
  return refusal === null ? { steps } : { refusal }
}

type Planned = Omit<Step, 'conditionHolds' | 'appendedBy'>

/**
 * Replaces the step indexes in a step by slots. A root step without an image builds in its
 * generator.
 */
function place(step: Planned, generator: Slot, slotOf: (index: number) => Slot): Planned {
  const { inputs, services, afterAppended } = step
  const buildsIn = step.buildsIn !== null ? slotOf(step.buildsIn) : step.image === null ? generator : null
  return {
    ...step,
    buildsIn,
    dependsOn: ascending(step.dependsOn.map(slotOf)).filter((from) => from !== buildsIn),
    ...(inputs && { inputs: inputs.map((input) => ({ ...input, from: slotOf(input.from) })) }),
    ...(services && {
      services: services.map((service) => ({ ...service, from: service.from === null ? null : slotOf(service.from) })),
    }),
    ...(afterAppended && { afterAppended: ascending(afterAppended.map(slotOf)) }),
  }
}

function ascending(slots: readonly Slot[]): readonly Slot[] {
  return [...new Set(slots)].sort((a, b) => a - b)
}

/** Returns the wanted keys that steps of the build already have. */
function keysOf(steps: readonly Step[], wanted: readonly string[]): ReadonlyMap<string, Slot> {
  const names = new Set(wanted)
  return new Map(steps.flatMap(({ key }, slot) => (names.has(key) ? [[key, slot] as const] : [])))
}
