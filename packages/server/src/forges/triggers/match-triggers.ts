import { coversFile, matchesRefGlob } from '@harmont/ir'
import type { Happening, Trigger } from './trigger.ts'

/** Whether one of the triggers asks for a build of what happened. */
export function triggersMatch(triggers: readonly Trigger[], happening: Happening): boolean {
  const asked = isTooMuch(triggers, happening) ? { ...happening, changed: null } : happening
  return triggers.some((trigger) => matches(trigger, asked))
}

/** Comparisons, at worst a few seconds of them, in which nothing else is done by this process. */
const mostWork = 1e9

/** Whether it would hold everybody up to look at the files: then they count as unknown. Whoever writes the globs also names the files. */
function isTooMuch(triggers: readonly Trigger[], { changed }: Happening): boolean {
  const globs = triggers.flatMap((trigger) =>
    trigger.event === 'schedule' ? [] : [...(trigger.paths ?? []), ...(trigger.pathsIgnore ?? [])],
  )
  const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)
  const files = changed ?? []
  // Of a file also every directory that holds it is looked at.
  const directories = sum(files.map((file) => file.split('/').length * file.length))
  return (
    sum(globs.map((glob) => glob.length)) * sum(files.map((file) => file.length)) + globs.length * directories >
    mostWork
  )
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
