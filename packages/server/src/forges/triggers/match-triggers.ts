import { coversFile, matchesRefGlob } from '@harmont/ir'
import type { Trigger, TriggerFacts } from './trigger.ts'

/** Returns whether one of the triggers matches an event. */
export function triggersMatch(triggers: readonly Trigger[], facts: TriggerFacts): boolean {
  const bounded = isTooMuch(triggers, facts) ? { ...facts, changed: null } : facts
  return triggers.some((trigger) => matches(trigger, bounded))
}

/**
 * Returns the path filters that are the only reason why the triggers do not match an event; null if
 * there is another reason. Branch filters do not count. The person who pushes chooses the branch
 * name, so a check that passes for an unbuilt branch would let any commit pass.
 */
export function skippingFilters(triggers: readonly Trigger[], facts: TriggerFacts): readonly string[] | null {
  const open = triggers.filter((trigger) => matches(withoutFilters(trigger), { ...facts, changed: null }))
  if (open.length === 0 || triggersMatch(triggers, facts)) return null
  return open.flatMap((trigger) =>
    trigger.event === 'schedule'
      ? []
      : [...(trigger.paths ?? []), ...(trigger.pathsIgnore ?? []).map((glob) => `!${glob.replace(/^!/, '')}`)],
  )
}

function withoutFilters(trigger: Trigger): Trigger {
  return trigger.event === 'schedule' ? trigger : { ...trigger, paths: null, pathsIgnore: null }
}

/** The most comparisons. In the worst case they block this process for a few seconds. */
const mostWork = 1e9

/**
 * Returns whether matching the files would block the process for too long. The files then count as
 * unknown. One author controls both the globs and the names of the files.
 */
function isTooMuch(triggers: readonly Trigger[], { changed }: TriggerFacts): boolean {
  const globs = triggers.flatMap((trigger) =>
    trigger.event === 'schedule' ? [] : [...(trigger.paths ?? []), ...(trigger.pathsIgnore ?? [])],
  )
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)
  const files = changed ?? []
  // Also compares each directory that contains the file.
  const directories = sum(files.map((file) => file.split('/').length * file.length))
  return (
    sum(globs.map((glob) => glob.length)) * sum(files.map((file) => file.length)) + globs.length * directories >
    mostWork
  )
}

function matches(trigger: Trigger, facts: TriggerFacts): boolean {
  if (trigger.event === 'push' && facts.event === 'push')
    return trigger.on === facts.on && matchesOne(trigger.refs, facts.ref) && filesMatch(trigger, facts.changed)
  if (trigger.event === 'pull_request' && facts.event === 'pull_request')
    return (
      trigger.types.includes(facts.type) &&
      (trigger.branches === null || matchesOne(trigger.branches, facts.base)) &&
      filesMatch(trigger, facts.changed)
    )
  return false
}

function matchesOne(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesRefGlob(glob, name))
}

type Filters = Pick<Extract<Trigger, { event: 'push' }>, 'paths' | 'pathsIgnore'>

function filesMatch({ paths, pathsIgnore }: Filters, changed: readonly string[] | null): boolean {
  if ((paths === null && pathsIgnore === null) || changed === null) return paths?.length !== 0
  return changed.some(
    (file) => (paths === null || isCovered(paths, file)) && !(pathsIgnore !== null && isCovered(pathsIgnore, file)),
  )
}

/** Returns whether the last pattern that matches the file includes it; `!` excludes. */
function isCovered(patterns: readonly string[], file: string): boolean {
  const last = patterns.findLast((pattern) => coversFile(pattern.replace(/^!/, ''), file))
  return last !== undefined && !last.startsWith('!')
}
