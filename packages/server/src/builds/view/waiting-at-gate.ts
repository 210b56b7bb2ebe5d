/** What there is to say of a job, or of a whole build, that a limit or a group holds back. */
import type { components } from '@harmont/contract'
import type { Wait } from '@harmont/engine'
import type { Complete } from '../../platform/http/index.ts'
import { holderKey } from './holders.ts'
import type { ViewOfBuild } from './view-of-build.ts'

type Ref = NonNullable<Complete<components['schemas']['JobView']>['waiting']>['refs'][number]
type Gated = Pick<ViewOfBuild, 'organizationSlug' | 'pipeline' | 'holders'>

/** The limit or the group, and how many come before it; `unit` is what is counted. */
export function gateSentence({ organizationSlug, pipeline }: Gated, wait: Wait, unit: 'job' | 'build'): string {
  const { reason, group, limit, ahead } = wait
  const counted = (n: number) => (n === 1 ? `one ${unit}` : `${n} ${unit}s`)
  const before = ahead === 0 ? '' : `; ${counted(ahead)} ${ahead === 1 ? 'is' : 'are'} ahead`
  switch (reason) {
    case 'organization_limit':
      return `Waiting for the limit of ${running(limit)} in \`${organizationSlug}\`${before}.`
    case 'pipeline_limit':
      return `Waiting for the limit of ${running(limit)} of the pipeline \`${pipeline.slug}\`${before}.`
    case 'concurrency_group':
      return `Waiting for its turn in the concurrency group \`${group}\`, which runs ${counted(limit)} at a time${before}.`
  }
}

function running(limit: number): string {
  return limit === 1 ? 'one running job' : `${limit} running jobs`
}

/** The limit or the group first, then some of those that have what it waits for, where they are known. */
export function gateRefs({ organizationSlug, pipeline, holders }: Gated, wait: Wait): Ref[] {
  const { reason, group } = wait
  const name = reason === 'organization_limit' ? organizationSlug : reason === 'pipeline_limit' ? pipeline.slug : group
  const kind = reason === 'concurrency_group' ? 'concurrency_group' : 'limit'
  const own = { kind, name: name ?? '', job_id: null, pipeline_slug: null, build_number: null }
  const known = wait.holders.flatMap((holder) => {
    const row = holders.get(holderKey(holder))
    if (row === undefined) return []
    const { pipeline_slug, number, job_id } = row
    const shown = row.step_name ?? `${pipeline_slug} #${number}`
    return [{ kind: 'holder', name: shown, job_id, pipeline_slug, build_number: number }]
  })
  return [own, ...known]
}
