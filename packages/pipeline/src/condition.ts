import type { IrCondition } from '@harmont/ir'
import { relativePathOf } from './options/relative-path.ts'
import { booleanOf, listOf, membersOf, optionsOf, textOf, wordOf, wrongUse } from './wrong-use.ts'

type Texts = string | readonly string[]
const EVENTS = ['push', 'pull_request', 'schedule', 'manual', 'api'] as const
type Event = (typeof EVENTS)[number]

/**
 * A condition for running a step. All members must match; a list matches if one entry does. A
 * false condition skips the step.
 */
export interface When {
  readonly event?: Event | readonly Event[]
  /** Globs over the branch; for a pull request, over its head. */
  readonly branch?: Texts
  readonly baseBranch?: Texts
  readonly tag?: Texts
  /** Globs over the changed files. */
  readonly changed?: Texts
  /** Globs over variables of the build. */
  readonly env?: Readonly<Record<string, Texts>>
  /** Whether the build runs under `hm run` on a laptop. */
  readonly local?: boolean
  readonly any?: readonly When[]
  readonly all?: readonly When[]
  readonly not?: When
}

/** Makes a condition for the option `when`, and checks it. */
export function when(condition: When): When {
  conditionOf('when', condition)
  return Object.freeze({ ...condition })
}

/** Returns a condition that holds when one of the given conditions holds. */
export function anyOf(...conditions: readonly When[]): When {
  return joined('anyOf', 'any', conditions)
}

/** Returns a condition that holds when each of the given conditions holds. */
export function allOf(...conditions: readonly When[]): When {
  return joined('allOf', 'all', conditions)
}

/** Returns a condition that holds when the given one does not. */
export function not(condition: When): When {
  conditionOf('not', condition, 1)
  return Object.freeze({ not: condition })
}

const NAMES = ['event', 'branch', 'baseBranch', 'tag', 'changed', 'env', 'local', 'any', 'all', 'not']
const MAX_NESTING = 8

/** Returns the condition in the form of the IR. */
export function conditionOf(where: string, value: unknown, nesting = 0): IrCondition {
  if (nesting > MAX_NESTING)
    throw wrongUse(where, `at most ${MAX_NESTING} levels of any, all and not`, nesting, 'Write the condition flatter.')
  const { event, branch, baseBranch, tag, changed, env, local, any, all, not } = optionsOf(where, value, NAMES)
  const parts = (name: string, list: unknown) =>
    listOf(`${where}, ${name}`, list, (part) => conditionOf(`${where}, ${name}`, part, nesting + 1), 100)
  return Object.freeze({
    ...(event !== undefined && { event: textsOf(`${where}, event`, event, word) }),
    ...(branch !== undefined && { branch: textsOf(`${where}, branch`, branch, glob) }),
    ...(baseBranch !== undefined && { base_branch: textsOf(`${where}, baseBranch`, baseBranch, glob) }),
    ...(tag !== undefined && { tag: textsOf(`${where}, tag`, tag, glob) }),
    ...(changed !== undefined && { changed: textsOf(`${where}, changed`, changed, path) }),
    ...(env !== undefined && { env: envGlobsOf(`${where}, env`, env) }),
    ...(local !== undefined && { local: booleanOf(`${where}, local`, local) }),
    ...(any !== undefined && { any: parts('any', any) }),
    ...(all !== undefined && { all: parts('all', all) }),
    ...(not !== undefined && { not: conditionOf(`${where}, not`, not, nesting + 1) }),
  })
}

function joined(where: string, member: 'any' | 'all', conditions: readonly When[]): When {
  if (conditions.length === 0)
    throw wrongUse(where, 'at least one condition', undefined, 'Give the conditions to join.')
  for (const condition of conditions) conditionOf(where, condition, 1)
  return Object.freeze({ [member]: Object.freeze([...conditions]) })
}

type Read = (where: string, value: unknown) => string
const word: Read = (where, value) => wordOf(where, value, EVENTS)
const glob: Read = (where, value) => textOf(where, value, 'Give a glob or a word.')
const path: Read = (where, value) => relativePathOf(where, value, 'project')

function textsOf(where: string, value: unknown, read: Read): Texts {
  return Array.isArray(value) ? listOf(where, value, (entry) => read(where, entry), 100) : read(where, value)
}

function envGlobsOf(where: string, value: unknown): Readonly<Record<string, Texts>> {
  const entries = membersOf(where, value).map(([name, globs]) => [name, textsOf(`${where}, ${name}`, globs, glob)])
  return Object.freeze(Object.fromEntries(entries))
}
