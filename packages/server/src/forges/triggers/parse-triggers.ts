import { pathProblem } from '@harmont/ir'
import { scheduleProblem } from './cron.ts'
import { pullRequestTypes, type Trigger } from './trigger.ts'

interface ParsedTriggers {
  readonly triggers: readonly Trigger[]
  /** Messages about invalid triggers, with position, expected value and actual value. */
  readonly problems: string[]
}

const mostTriggers = 100
const mostGlobs = 100
const longestGlob = 1024

class TriggerProblem extends Error {}

/** Parses triggers from any value. Ignores those of unknown events. */
export function parseTriggers(value: unknown): ParsedTriggers {
  if (value === undefined || value === null) return { triggers: [], problems: [] }
  if (!Array.isArray(value)) return { triggers: [], problems: [`triggers: expected a list, got ${shown(value)}.`] }
  if (value.length > mostTriggers)
    return { triggers: [], problems: [`triggers: expected at most ${mostTriggers}, got ${value.length}.`] }
  const triggers: Trigger[] = []
  const problems: string[] = []
  for (const [index, each] of value.entries()) {
    try {
      const trigger = readTrigger(`triggers[${index}]`, each)
      if (trigger !== null) triggers.push(trigger)
    } catch (error) {
      if (!(error instanceof TriggerProblem)) throw error
      problems.push(error.message)
    }
  }
  return { triggers, problems }
}

type Members = Readonly<Record<string, unknown>>

function readTrigger(where: string, value: unknown): Trigger | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TriggerProblem(`${where}: expected an object with an "event", got ${shown(value)}.`)
  const members: Members = { ...value }
  const event = members.event ?? members.type
  if (typeof event !== 'string')
    throw new TriggerProblem(`${where}: expected an "event" such as "push", got ${shown(event)}.`)
  switch (event) {
    case 'push':
      return readPush(where, members)
    case 'pull_request':
      return readPullRequest(where, members)
    case 'schedule':
      return readSchedule(where, members)
    default:
      return null
  }
}

function readPush(where: string, members: Members): Trigger {
  const branches = globs(where, members, 'branches')
  const tags = globs(where, members, 'tags')
  const refs = branches ?? tags
  if (refs === null || (branches !== null && tags !== null))
    throw new TriggerProblem(
      `${where}: expected exactly one of "branches" and "tags", got ${refs ? 'both' : 'neither'}.`,
    )
  return { event: 'push', on: branches === null ? 'tags' : 'branches', refs, ...pathFilters(where, members) }
}

function readPullRequest(where: string, members: Members): Trigger {
  const given = texts(where, members, 'types')
  const types = pullRequestTypes.filter((type) => given?.includes(type))
  const unknown = given?.find((type) => !pullRequestTypes.some((known) => known === type))
  if (unknown !== undefined || given?.length === 0)
    throw new TriggerProblem(
      `${where}.types: expected one or more of ${pullRequestTypes.join(', ')}, got ${shown(unknown ?? [])}.`,
    )
  return {
    event: 'pull_request',
    branches: globs(where, members, 'branches'),
    types: given === null ? ['opened', 'synchronize', 'reopened'] : types,
    ...pathFilters(where, members),
  }
}

function readSchedule(where: string, members: Members): Trigger {
  const { cron, timezone = 'UTC', branch = null } = members
  if (typeof cron !== 'string' || typeof timezone !== 'string' || (branch !== null && typeof branch !== 'string'))
    throw new TriggerProblem(`${where}: expected strings as "cron", "timezone" and "branch".`)
  if (branch !== null && (branch === '' || branch.length > 255))
    throw new TriggerProblem(`${where}.branch: expected 1 to 255 characters, got ${branch.length}.`)
  const problem = scheduleProblem(cron, timezone)
  if (problem !== null) throw new TriggerProblem(`${where}: ${problem}`)
  return { event: 'schedule', cron: cron.trim(), timezone, branch }
}

function pathFilters(where: string, members: Members) {
  return { paths: pathGlobs(where, members, 'paths'), pathsIgnore: pathGlobs(where, members, 'paths_ignore') }
}

function pathGlobs(where: string, members: Members, name: string): readonly string[] | null {
  const given = globs(where, members, name)
  for (const pattern of given ?? []) {
    const problem = pathProblem(pattern.replace(/^!/, ''))
    if (problem !== undefined)
      throw new TriggerProblem(
        `${where}.${name}: bad_path: expected a path inside the repository, got ${problem}, ${shown(pattern)}.`,
      )
  }
  return given
}

function globs(where: string, members: Members, name: string): readonly string[] | null {
  const given = texts(where, members, name)
  if (given !== null && given.length > mostGlobs)
    throw new TriggerProblem(`${where}.${name}: expected at most ${mostGlobs} globs, got ${given.length}.`)
  const long = given?.find((glob) => glob.length > longestGlob)
  if (long !== undefined)
    throw new TriggerProblem(
      `${where}.${name}: expected globs of at most ${longestGlob} characters, got ${long.length}.`,
    )
  return given
}

/** Parses a list of texts; null if absent. The forms of `ir.md` 1.7 allow no single text here. */
function texts(where: string, members: Members, name: string): readonly string[] | null {
  const given = members[name]
  if (given === undefined || given === null) return null
  if (!Array.isArray(given) || !given.every((each) => typeof each === 'string'))
    throw new TriggerProblem(`${where}.${name}: expected a list of strings, got ${shown(given)}.`)
  return given
}

/** Formats a value without its inner levels, because its nesting may be arbitrarily deep. */
function shown(value: unknown): string {
  const outermost = JSON.stringify(value, (name, member) =>
    name !== '' && typeof member === 'object' && member !== null ? '…' : member,
  )
  return (outermost ?? String(value)).slice(0, 80)
}
