import type { EngineOptions } from '@harmont/engine'
import { matchesRefGlob } from '@harmont/ir'
import { placeOfSecret, type SecretServices } from './set-secret.ts'
import { type BuildAsReader, findReader, findSecrets, type SecretRow } from './store.ts'

/**
 * The secrets that builds may read (`sdk-cli.md` 1.3). A pipeline's own hides the organization's of the same name, also where it may not be read. Builds of
 * forks have none.
 */
export function secretsOf({ pool, sealer }: SecretServices): EngineOptions['secrets'] {
  return {
    async of(buildId, names) {
      const reader = await findReader(pool, buildId)
      if (reader === undefined) throw new Error(`the build ${buildId} has gone while its secrets were asked for`)
      if (reader.trust === 'fork') return { kind: 'withheld', remark: withheldRemark(names) }
      const found = await findSecrets(pool, reader.organization_id, reader.pipeline_id, names)
      const own = new Set(found.flatMap(({ name, pipeline_id }) => (pipeline_id === null ? [] : [name])))
      const seen = found.filter(({ name, pipeline_id }) => pipeline_id !== null || !own.has(name))
      const open = seen.filter((secret) => mayRead(reader, secret))
      const values = open.map(({ id, name, sealed_value }) => {
        return [name, { id, value: sealer.open(placeOfSecret(id), sealed_value) }] as const
      })
      return { kind: 'values', values: new Map(values) }
    },
  }
}

function mayRead({ event, branch, tag }: BuildAsReader, { events, branches }: SecretRow): boolean {
  if (events !== null && !events.includes(event)) return false
  if (branches === null) return true
  // A tag may be called like a branch, and whoever can make it may not be able to push to that branch.
  return tag === null && branches.some((glob) => matchesRefGlob(glob, branch))
}

function withheldRemark(names: readonly string[]): string {
  const which = names.length === 0 ? '' : `: ${[...names].sort().join(', ')}`
  return `Secrets are not given to builds of forks; these are unset${which}.`
}
