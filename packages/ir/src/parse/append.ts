/** Reads `append` and `after_appended` of a step (`ir.md` 1.10). */
import type { PlannedAppend } from '../plan.ts'
import { readHosts } from './egress.ts'
import { checkSecretName } from './env.ts'
import { readAudience } from './id-tokens.ts'
import { below, member, type Reader } from './read.ts'

/** Maximum number of steps that one step may append. */
const MAX_APPENDED = 1_000
const MAX_NAMES = 100
const APPEND = new Set(['max', 'secrets', 'id_tokens', 'egress'])

/** A reference by key to a generator whose appended steps a step waits for. */
export interface AfterAppended {
  readonly from: string
  /** JSON pointer of the key. */
  readonly at: string
}

/** Returns undefined if a step may append nothing. An empty object selects the defaults. */
export function readAppend(reader: Reader, value: unknown, at: string): PlannedAppend | undefined {
  const append = reader.object(value, at)
  if (append === undefined) return undefined
  reader.unknownMembers(append, APPEND, at)
  const of = (name: string) => [member(append, name), below(at, name)] as const
  const max = reader.integer(...of('max'), 1, MAX_APPENDED) ?? MAX_APPENDED
  const secrets = reader.listOf(...of('secrets'), (name, place) => readSecret(reader, name, place), { max: MAX_NAMES })
  const audience = (entry: unknown, place: string) => readAudience(reader, entry, place)
  const idTokens = reader.listOf(...of('id_tokens'), audience, { max: MAX_NAMES })
  const egress = readHosts(reader, ...of('egress'))
  return { max, secrets: [...new Set(secrets)], idTokens: [...new Set(idTokens)], egress: egress ?? null }
}

/** Reads `after_appended`: keys of generators whose appended steps a step waits for. */
export function readAfterAppended(reader: Reader, value: unknown, at: string): readonly AfterAppended[] {
  const read = (entry: unknown, place: string) => {
    const from = reader.text(entry, place, { expected: 'the key of a step', required: true })
    return from === undefined ? undefined : { from, at: place }
  }
  return reader.listOf(value, at, read, { max: MAX_NAMES }) ?? []
}

function readSecret(reader: Reader, value: unknown, at: string): string | undefined {
  const name = reader.text(value, at, { expected: 'the name of a secret', required: true })
  if (name !== undefined) checkSecretName(reader, name, at)
  return name
}
