import type { IrAppend } from '@harmont/ir'
import { listOf, optionsOf, wholeNumberOf } from '../wrong-use.ts'
import { hostsOf } from './egress.ts'
import { audienceOf } from './id-tokens.ts'
import { variableOf } from './secrets.ts'

/** Limits for the steps that a step appends to its build. */
export interface AppendOptions {
  /** The maximum number of appended steps; by default 1,000, which is also the upper limit. */
  readonly max?: number
  /** The secrets that appended steps may use; none by default. */
  readonly secrets?: readonly string[]
  /** The audiences of the tokens that appended steps may request; none by default. */
  readonly idTokens?: readonly string[]
  /** The hosts that appended steps may reach; by default those that the step itself may reach. */
  readonly egress?: readonly string[]
}

const MAX_APPENDED = 1_000
const MAX_NAMES = 100

export function appendOf(where: string, value: unknown): IrAppend {
  const { max, secrets, idTokens, egress } = optionsOf(where, value, ['max', 'secrets', 'idTokens', 'egress'])
  const names = namesOf(`${where}, secrets`, secrets, (at, name) => variableOf(at, name, 'Name a secret.'))
  const audiences = namesOf(`${where}, idTokens`, idTokens, audienceOf)
  return Object.freeze({
    ...(max !== undefined && { max: wholeNumberOf(`${where}, max`, max, 1, MAX_APPENDED) }),
    ...(names.length > 0 && { secrets: names }),
    ...(audiences.length > 0 && { id_tokens: audiences }),
    ...(egress !== undefined && { egress: hostsOf(`${where}, egress`, egress) }),
  })
}

function namesOf(at: string, value: unknown, read: (at: string, name: unknown) => string): readonly string[] {
  return value === undefined ? [] : listOf(at, value, (name) => read(at, name), MAX_NAMES)
}
