import type { PlannedStep } from '@harmont/ir'
import { withAncestors } from '../project/plan-run.ts'
import type { RecordedStep } from '../records/run-record.ts'

export interface RetryRequest {
  readonly steps: readonly PlannedStep[]
  /** The steps of the earlier run, by key. */
  readonly earlier: ReadonlyMap<string, RecordedStep>
  /** Keys of failed steps to try again; none: all. */
  readonly only: readonly string[]
  readonly hasSnapshot: (id: string) => boolean
  /**
   * Whether the condition of each step holds now, by slot. A step whose condition does not hold is
   * skipped again, and no step waits for it.
   */
  readonly conditions: readonly boolean[]
}

export interface Retry {
  /** Slots of steps that run again. */
  readonly rerun: ReadonlySet<number>
  /** Slots of the steps that the rerun steps need, with what each left. */
  readonly kept: ReadonlyMap<number, Left>
}

/** What a step left: its files, null where no step has them, and those of its services by name. */
export type Left = Pick<RecordedStep, 'snapshot' | 'serviceSnapshots'>

const nothing: Left = { snapshot: null, serviceSnapshots: {} }

/**
 * Chooses the steps of a retry: failed steps, steps that they blocked, and required steps whose
 * snapshot is gone. All other required steps count as passed.
 */
export function planRetry({ steps, earlier, only, hasSnapshot, conditions }: RetryRequest): Retry {
  const before = steps.map(({ key }) => earlier.get(key))
  const isOpen = (slot: number) =>
    conditions[slot] === true && before[slot]?.state !== 'passed' && before[slot]?.softFailed !== true
  const wanted = steps.flatMap(({ key }, slot) =>
    isOpen(slot) && (only.length === 0 || only.includes(key)) ? slot : [],
  )
  const blocked = only.length === 0 ? wanted : withBlocked(steps, wanted, isOpen)
  const needed = withAncestors(steps, [...blocked])
  const rerun = new Set([...needed].filter((slot) => conditions[slot] && before[slot]?.state !== 'passed'))
  // A step that must rerun may need a snapshot that is gone. A step built on a rerun step must
  // rerun too.
  for (let size = -1; size !== rerun.size; ) {
    size = rerun.size
    for (const slot of needed) {
      const step = steps[slot]
      if (step === undefined) continue
      const needs = [...step.dependsOn, ...(step.buildsIn === null ? [] : [step.buildsIn])]
      if (needs.some((from) => rerun.has(from))) rerun.add(slot)
      if (!rerun.has(slot)) continue
      for (const [from, snapshot] of startsOf(step, (slot) => before[slot] ?? nothing))
        if (conditions[from] === true && (snapshot === null || !hasSnapshot(snapshot))) rerun.add(from)
    }
  }
  const kept = [...needed].filter((slot) => conditions[slot] && !rerun.has(slot))
  return { rerun, kept: new Map(kept.map((slot) => [slot, before[slot] ?? nothing])) }
}

/** Returns what a step and its services start from: slots of steps, and what each left for it. */
function startsOf(
  { buildsIn, inputs = [], services = [] }: PlannedStep,
  leftBy: (slot: number) => Left,
): readonly (readonly [from: number, snapshot: string | null])[] {
  const files = [...(buildsIn === null ? [] : [buildsIn]), ...inputs.map(({ from }) => from)]
  return [
    ...files.map((from) => [from, leftBy(from).snapshot] as const),
    ...services.flatMap(({ name, from }) =>
      from === null ? [] : [[from, leftBy(from).serviceSnapshots[name] ?? null] as const],
    ),
  ]
}

function withBlocked(
  steps: readonly PlannedStep[],
  slots: readonly number[],
  isOpen: (slot: number) => boolean,
): ReadonlySet<number> {
  const blocked = new Set(slots)
  for (let size = -1; size !== blocked.size; ) {
    size = blocked.size
    steps.forEach(({ dependsOn, buildsIn }, slot) => {
      const needsBlocked = [...dependsOn, ...(buildsIn === null ? [] : [buildsIn])].some((from) => blocked.has(from))
      if (isOpen(slot) && needsBlocked) blocked.add(slot)
    })
  }
  return blocked
}
