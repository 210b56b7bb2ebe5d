import { isFailure, isOver, type Step } from './run-model.ts'
import type { Place } from './tree-order.ts'

/** A visible step of a tree, in tree order. */
interface Row {
  readonly step: Step
  /** Number of its visible ancestors. */
  readonly depth: number
  /** Number of its last lines that are visible. */
  readonly lines: number
  /** Number of its services that are visible. */
  readonly services: number
}

export interface Chosen {
  readonly rows: readonly Row[]
  readonly hidden: readonly Step[]
}

const linesOfRunning = 2

/**
 * Chooses the most important rows for `height` lines, in this order: failures, running steps with
 * their services and last lines, the finished steps that these build in, waiting steps, and
 * finished subtrees.
 */
export function chooseRows(places: readonly Place[], height: number): Chosen {
  const { failed, running, ancestors, waiting, finished } = classes(places)
  const lines = new Map<number, number>()
  const services = new Map<number, number>()
  let left = height
  const take = (indexes: readonly number[]) => {
    for (const index of indexes.slice(0, Math.max(0, left))) lines.set(index, 0)
    left -= Math.min(left, indexes.length)
  }
  take(failed)
  take(running)
  const preparing = waiting.filter((index) => places[index]?.step.waitReason === 'preparation')
  take(preparing)
  for (const index of [...running, ...preparing]) {
    const shown = Math.min(left, places[index]?.step.services.length ?? 0)
    if (lines.has(index)) services.set(index, shown)
    left -= shown
  }
  for (const index of running) {
    const shown = Math.min(left, linesOfRunning, places[index]?.step.tail.length ?? 0)
    if (lines.has(index)) lines.set(index, shown)
    left -= shown
  }
  // The nearest ancestors, and the last finished steps, are the most useful.
  take(ancestors.toReversed())
  take(waiting.filter((index) => !preparing.includes(index)))
  take(finished.toReversed())
  return inTreeOrder(places, lines, services)
}

function classes(places: readonly Place[]) {
  const live = new Set<number>()
  const classes = { failed: [], running: [], ancestors: [], waiting: [], finished: [] } satisfies Record<
    string,
    number[]
  >
  const found: Record<keyof typeof classes, number[]> = classes
  for (let index = places.length - 1; index >= 0; index -= 1) {
    const place = places[index]
    if (place === undefined) continue
    const { step, parent } = place
    const isLive = live.has(index) || !isOver(step) || isFailure(step)
    if (isLive && parent >= 0) live.add(parent)
    if (isFailure(step)) found.failed.push(index)
    else if (step.state === 'running') found.running.push(index)
    else if (step.state === 'waiting') found.waiting.push(index)
    else if (isLive) found.ancestors.push(index)
    else found.finished.push(index)
  }
  for (const indexes of Object.values(found)) indexes.reverse()
  return found
}

function inTreeOrder(
  places: readonly Place[],
  lines: ReadonlyMap<number, number>,
  services: ReadonlyMap<number, number>,
): Chosen {
  const rows: Row[] = []
  const hidden: Step[] = []
  // Number of visible places on the path to each place, including the place.
  const shown: number[] = []
  for (const [index, { step, parent }] of places.entries()) {
    const depth = shown[parent] ?? 0
    const own = lines.get(index)
    if (own === undefined) hidden.push(step)
    else rows.push({ step, depth, lines: own, services: services.get(index) ?? 0 })
    shown.push(own === undefined ? depth : depth + 1)
  }
  return { rows, hidden }
}
