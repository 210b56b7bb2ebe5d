import type { IrCachePolicy, Plan, PlannedStep } from '@harmont/ir'
import { count, wholeSeconds } from '../terminal/amounts.ts'
import { type Line, plainOf, span } from '../terminal/span.ts'
import { pad, widthOf, wrapLine } from '../terminal/text-width.ts'
import type { Charset } from './charset.ts'
import { treeOrder } from './tree-order.ts'

interface GraphOptions {
  readonly charset: Charset
  readonly width: number
  /** Returns the reason to skip a step; null if it would run. */
  readonly skipReason: (step: PlannedStep) => string | null
}

/** On a narrower terminal, a step's notes appear below its name. */
const narrowest = 24

/** Draws a plan as a tree: each step below the step that it builds in, with notes. */
export function graphLines({ steps }: Plan, { charset, width, skipReason }: GraphOptions): Line[] {
  const keyOf = (slot: number) => steps[slot]?.key ?? ''
  const nodes = steps.map((step) => ({ step, parentKey: step.buildsIn === null ? null : keyOf(step.buildsIn) }))
  const places = treeOrder({ steps: nodes, byKey: new Map(nodes.map((node) => [node.step.key, node])) })
  const branches = branchesOf(
    places.map(({ parent }) => parent),
    charset,
  )
  const heads = places.map(({ step: { step } }, index) => branches.before[index] + charset.text(nameOf(step)))
  const column = Math.max(...heads.map(widthOf)) + 2
  const isBelow = column + narrowest > width
  return places.flatMap(({ step: { step } }, index) => {
    const head: Line = [
      span(branches.before[index] ?? '', 'dim'),
      span(charset.text(nameOf(step)), skipReason(step) === null ? 'bold' : 'dim'),
    ]
    const notes = charset.text(notesOf(step, keyOf, skipReason(step)).join(', '))
    if (notes === '') return [head]
    const under = branches.below[index] ?? ''
    const room = width - (isBelow ? widthOf(under) + 2 : column)
    const [first = [], ...more] = wrapLine([span(notes, 'dim')], room)
    const rest = (isBelow ? [first, ...more] : more).map(
      (line): Line => [span(isBelow ? `${under}  ` : pad(under, column), 'dim'), ...line],
    )
    return [isBelow ? head : [...head, span(' '.repeat(column - widthOf(plainOf(head)))), ...first], ...rest]
  })
}

function nameOf({ key, name }: PlannedStep): string {
  return name === key ? key : `${name} (${key})`
}

/** Returns the prefixes of each place's name and of the lines below it. */
function branchesOf(parents: readonly number[], { branches }: Charset) {
  const lastChild = new Map<number, number>()
  for (const [index, parent] of parents.entries()) lastChild.set(parent, index)
  const before: string[] = []
  const inside: string[] = []
  for (const [index, parent] of parents.entries()) {
    const isLast = lastChild.get(parent) === index
    const own = inside[parent] ?? ''
    before.push(parent < 0 ? '' : own + (isLast ? branches.last : branches.next))
    inside.push(parent < 0 ? '' : own + (isLast ? '   ' : branches.line))
  }
  const below = inside.map((text, index) => (lastChild.has(index) ? text + branches.line : text))
  return { before, below }
}

function notesOf(step: PlannedStep, keyOf: (slot: number) => string, skipped: string | null): string[] {
  const { image, dependsOn, afterAppended = [], append, cacheKey, cachePolicy, softFail, retry } = step
  return [
    ...(image === null ? [] : [`on ${image}`]),
    ...(dependsOn.length === 0 ? [] : [`after ${dependsOn.map(keyOf).join(' and ')}`]),
    ...(afterAppended.length === 0 ? [] : [`after all steps that ${afterAppended.map(keyOf).join(' and ')} appends`]),
    ...(append === undefined ? [] : [`may append up to ${count(append.max, 'step')}`]),
    ...(cacheKey === null ? [] : [cached(cachePolicy)]),
    ...(softFail === null ? [] : ['may fail']),
    ...(retry === null ? [] : [`up to ${retry.limit + 1} attempts`]),
    ...(skipped === null ? [] : [`skipped: ${skipped}`]),
  ]
}

function cached(policy: IrCachePolicy | undefined): string {
  if (policy?.policy === 'on_change') return `cached until ${policy.paths.join(' or ')} changes`
  if (policy?.policy === 'ttl') return `cached for ${wholeSeconds(policy.duration_seconds * 1000)}`
  return 'cached'
}
