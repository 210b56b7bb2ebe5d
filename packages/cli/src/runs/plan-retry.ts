import type { PlannedStep } from '@harmont/ir'
import { withAncestors } from '../project/plan-run.ts'
import type { RecordedStep } from '../records/run-record.ts'

export interface RetryRequest {
  readonly steps: readonly PlannedStep[]
  /**
   * The steps of the earlier run, by key: those of the plan, and appended ones whose condition
   * currently holds.
   */
  readonly earlier: ReadonlyMap<string, RecordedStep>
  /** Keys of failed steps to retry, including appended ones; empty for all. */
  readonly only: readonly string[]
  readonly hasSnapshot: (id: string) => boolean
  /**
   * Whether the condition of each step currently holds, by slot. A step whose condition does not
   * hold is skipped again, and no step waits for it.
   */
  readonly conditions: readonly boolean[]
}

export interface Retry {
  /** Slots of steps to rerun. */
  readonly rerun: ReadonlySet<number>
  /** Slots of the steps required by the rerun, with their snapshots. */
  readonly kept: ReadonlyMap<number, Left>
}

/** The snapshots of a step: its own, null if it has none, and those of its services by name. */
export type Left = Pick<RecordedStep, 'snapshot' | 'serviceSnapshots'>

const nothing: Left = { snapshot: null, serviceSnapshots: {} }

/**
 * Chooses the steps of a retry: failed steps, steps blocked by them, and required steps whose
 * snapshot is missing. All other required steps count as passed. A generator also runs again if a
 * step that it appended has not passed, in order to append it again.
 */
export function planRetry({ steps, earlier, only, hasSnapshot, conditions }: RetryRequest): Retry {
  const before = steps.map(({ key }) => earlier.get(key))
  const appending = generatorsOf(earlier, (step) => !isSettled(step) && (only.length === 0 || only.includes(step.key)))
  const appendsAgain = (slot: number) => appending.has(steps[slot]?.key ?? '')
  const isOpen = (slot: number) => conditions[slot] === true && (appendsAgain(slot) || !isSettled(before[slot]))
  const isNamed = (slot: number) => only.length === 0 || appendsAgain(slot) || only.includes(steps[slot]?.key ?? '')
  const wanted = [...steps.keys()].filter((slot) => isOpen(slot) && isNamed(slot))
  const blocked = only.length === 0 ? wanted : withBlocked(steps, wanted, isOpen)
  const needed = withAncestors(steps, [...blocked])
  const runsAgain = (slot: number) => appendsAgain(slot) || before[slot]?.state !== 'passed'
  const rerun = new Set([...needed].filter((slot) => conditions[slot] && runsAgain(slot)))
  // A step that must rerun may require a missing snapshot. A step built on a rerun step must also
  // rerun.
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

function isSettled(step: RecordedStep | undefined): boolean {
  return step?.state === 'passed' || step?.softFailed === true
}

/** Returns the keys of the plan's own steps that appended these, directly or indirectly. */
function generatorsOf(
  earlier: ReadonlyMap<string, RecordedStep>,
  isOne: (step: RecordedStep) => boolean,
): ReadonlySet<string> {
  const generators = new Set<string>()
  for (const step of earlier.values()) {
    if (step.appendedBy === null || !isOne(step)) continue
    let at: RecordedStep | undefined = step
    while (at !== undefined && at.appendedBy !== null) at = earlier.get(at.appendedBy)
    if (at !== undefined) generators.add(at.key)
  }
  return generators
}

/**
 * Returns the slots of steps from which a step and its services start, and the required snapshots.
 */
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
