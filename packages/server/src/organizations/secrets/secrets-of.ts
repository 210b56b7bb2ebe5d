import type { EngineOptions } from '@harmont/engine'
import { matchesRefGlob } from '@harmont/ir'
import { MAX_SECRET_BYTES, SecretsTooLong } from '@harmont/logs'
import { openOrNull, type Sealer } from '../../platform/encryption/seal.ts'
import { placeOfSecret, type SecretServices } from './set-secret.ts'
import { type BuildAsReader, findReader, findSecrets, type SealedSecret, type SecretRow } from './store.ts'

/** Above the engine's exact limit, because pipeline secrets may hide some of the secrets found. */
const mostSealedBytes = 4 * MAX_SECRET_BYTES

/**
 * Provides the secrets that builds may read (`ir.md` 1.3). A pipeline's secret hides the
 * organization's secret of the same name, even if the build may not read it. Builds of forks get
 * none. A limited secret requires a source that the server fetched: in uploads a person chose the
 * branch, and in shells the commands.
 */
export function secretsOf({ pool, sealer }: SecretServices): EngineOptions['secrets'] {
  return {
    async of(buildId, names, isForShell = false) {
      const reader = await findReader(pool, buildId)
      if (reader === undefined) throw new Error(`the build ${buildId} was deleted while its secrets were being read`)
      if (reader.trust === 'fork') return { kind: 'withheld', remark: withheldRemark(names) }
      const found = await findSecrets(pool, reader, names, mostSealedBytes)
      if (found.some(({ sealed_value }) => sealed_value === null))
        return { kind: 'unusable', reason: new SecretsTooLong().message }
      const own = new Set(found.flatMap(({ name, pipeline_id }) => (pipeline_id === null ? [] : [name])))
      const seen = found.filter(({ name, pipeline_id }) => pipeline_id !== null || !own.has(name))
      const allowed = seen.filter((secret) => fitsLimits(reader, secret))
      const isClaim = reader.ref_class === 'upload' || isForShell
      const refused = allowed.filter((secret) => isClaim && isLimited(secret) && !secret.uploads)
      const given = allowed
        .filter((secret) => !refused.includes(secret))
        .map((secret) => ({ secret, value: openValue(sealer, secret) }))
      const lost = given.flatMap(({ secret, value }) => (value === null ? secret.name : []))
      if (lost.length > 0) return { kind: 'unusable', reason: lostReason(lost) }
      const values = given.flatMap(({ secret, value }) => {
        const { id, name } = secret
        const remark = isClaim && isLimited(secret) ? { remark: givenRemark(name) } : {}
        return value === null ? [] : [[name, { id, value, ...remark }] as const]
      })
      const reasons = refused.map(({ name }) => [name, refusedReason(name)] as const)
      return { kind: 'values', values: new Map(values), refused: new Map(reasons) }
    },
  }
}

/** Decrypts a value. Returns null if it was encrypted with another key. */
function openValue(sealer: Sealer, { id, sealed_value }: SealedSecret): string | null {
  return sealed_value && openOrNull(sealer, placeOfSecret(id), sealed_value)
}

function lostReason(names: readonly string[]): string {
  const one = names.length === 1
  return `The secret${one ? '' : 's'} ${[...names].sort().join(', ')} cannot be decrypted: ${one ? 'it was' : 'they were'} encrypted with a key that this server no longer has. Set ${one ? 'it' : 'them'} again with \`hm secret set\`.`
}

function isLimited({ events, branches }: SecretRow): boolean {
  return events !== null || branches !== null
}

function fitsLimits({ event, branch, tag }: BuildAsReader, { events, branches }: SecretRow): boolean {
  if (events !== null && !events.includes(event)) return false
  if (branches === null) return true
  // A tag may have a branch's name, and its creator may not be allowed to push to that branch.
  return tag === null && branches.some((glob) => matchesRefGlob(glob, branch))
}

function refusedReason(name: string): string {
  return `The secret ${name} is limited to branches or events, and this build is an upload: its files, steps, variables or commit come from a person, whatever branch it names. An administrator may let uploads read it (\`uploads: true\`).`
}

function givenRemark(name: string): string {
  return `The secret ${name} is limited to branches or events, and is given to this upload because it says \`uploads: true\`.`
}

function withheldRemark(names: readonly string[]): string {
  const which = names.length === 0 ? '' : `: ${[...names].sort().join(', ')}`
  return `Secrets are not given to builds of forks; these are unset${which}.`
}
