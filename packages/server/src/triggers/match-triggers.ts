import { coversFile, matchesRefGlob } from '@harmont/ir'
import type { Happening, Trigger } from './trigger.ts'

/** Whether one of the triggers asks for a build of what happened. */
export function triggersMatch(triggers: readonly Trigger[], happening: Happening): boolean {
  return triggers.some((trigger) => matches(trigger, happening))
}

function matches(trigger: Trigger, happening: Happening): boolean {
  if (trigger.event === 'push' && happening.event === 'push')
    return trigger.on === happening.on && oneFits(trigger.refs, happening.ref) && filesFit(trigger, happening.changed)
  if (trigger.event === 'pull_request' && happening.event === 'pull_request')
    return (
      trigger.types.includes(happening.type) &&
      (trigger.branches === null || oneFits(trigger.branches, happening.base)) &&
      filesFit(trigger, happening.changed)
    )
  return false
}

function oneFits(globs: readonly string[], name: string): boolean {
  return globs.some((glob) => matchesRefGlob(glob, name))
}

type Filters = Pick<Extract<Trigger, { event: 'push' }>, 'paths' | 'pathsIgnore'>

function filesFit({ paths, pathsIgnore }: Filters, changed: readonly string[] | null): boolean {
  if ((paths === null && pathsIgnore === null) || changed === null) return paths?.length !== 0
  return changed.some(
    (file) => (paths === null || isMeant(paths, file)) && !(pathsIgnore !== null && isMeant(pathsIgnore, file)),
  )
}

/** The last pattern that covers the file decides; one that begins with `!` against it. */
function isMeant(patterns: readonly string[], file: string): boolean {
  const last = patterns.findLast((pattern) => coversFile(pattern.replace(/^!/, ''), file))
  return last !== undefined && !last.startsWith('!')
}
