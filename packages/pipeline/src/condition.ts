import type { IrCondition } from '@harmont/ir'
import { booleanOf, listOf, membersOf, textOf, wrongUse } from './wrong-use.ts'

type Texts = string | readonly string[]

/** When a step runs; all members must hold, a list holds when one entry does. A false condition skips the step. */
export interface When {
  readonly event?: Texts
  /** Globs over the branch, of a pull request its head. */
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

/** The condition as the IR writes it. */
export function conditionOf(where: string, value: unknown): IrCondition {
  const entries = membersOf(where, value).map(([name, member]) => [
    name === 'baseBranch' ? 'base_branch' : name,
    read(where, name, member),
  ])
  return Object.freeze(Object.fromEntries(entries))
}

function read(where: string, name: string, value: unknown): unknown {
  const place = `${where}, ${name}`
  switch (name) {
    case 'event':
    case 'branch':
    case 'baseBranch':
    case 'tag':
    case 'changed':
      return texts(place, value)
    case 'env':
      return Object.freeze(
        Object.fromEntries(membersOf(place, value).map(([variable, globs]) => [variable, texts(place, globs)])),
      )
    case 'local':
      return booleanOf(place, value)
    case 'any':
    case 'all':
      return listOf(place, value, (part) => conditionOf(place, part))
    case 'not':
      return conditionOf(place, value)
    default:
      throw wrongUse(
        where,
        'one of event, branch, baseBranch, tag, changed, env, local, any, all, not',
        name,
        'Correct the name.',
      )
  }
}

function texts(where: string, value: unknown): Texts {
  const one = (text: unknown) => textOf(where, text, 'Give a glob or a word.')
  return Array.isArray(value) ? listOf(where, value, one) : one(value)
}
