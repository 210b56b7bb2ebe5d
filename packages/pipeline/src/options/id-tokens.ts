import type { IrToken } from '@harmont/ir'
import { membersOf, misuse, nameOf } from '../wrong-use.ts'
import { variableOf } from './secrets.ts'

/**
 * Maps each variable to the token's audience. The variable contains the path of the token's file.
 */
export type IdTokenOptions = Readonly<Record<string, string>>

const MAX_TOKENS = 10

export function idTokensOf(where: string, value: unknown): Readonly<Record<string, IrToken>> {
  const members = membersOf(where, value)
  if (members.length > MAX_TOKENS)
    throw misuse(where, `at most ${MAX_TOKENS} tokens`, `${members.length}`, 'Use fewer tokens.')
  const tokens = members.map(([variable, audience]) => [
    variableOf(where, variable, 'Rename the variable.'),
    Object.freeze({ audience: audienceOf(`${where}, ${variable}`, audience) }),
  ])
  return Object.freeze(Object.fromEntries(tokens))
}

export function audienceOf(where: string, value: unknown): string {
  return nameOf(where, value, 'Name whom the token is for, such as "sts.amazonaws.com".')
}
