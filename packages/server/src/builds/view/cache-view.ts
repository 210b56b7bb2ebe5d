import type { Job, Step } from '@harmont/engine'
import { formatInstant } from '../../platform/input/instant.ts'
import { policySentence } from './cache-policy.ts'
import { explainMiss } from './explain-miss.ts'
import type { LookUpRow } from './store.ts'
import type { JobView, ViewOfBuild } from './view-of-build.ts'

type Cache = JobView['cache']

/** Returns the result of a step's cache lookup. */
export function cacheOf(view: ViewOfBuild, job: Job, step: Step): Cache {
  const outcome = outcomeOf(view, job, step)
  const { cacheKey, cachePolicy, buildsIn } = step
  const policy = cacheKey === null || cachePolicy === undefined ? null : policySentence(cachePolicy)
  const row = view.lookUps.get(job.id)
  const rule = cacheKey === null ? null : (view.context.cache.rule ?? null)
  const nothing = { rule, outcome, policy, from: null, reason: null, changes: [] }
  if (outcome === 'off') return { ...nothing, reason: step.cacheRemark ?? null }
  if (row === undefined) return nothing
  if (outcome === 'hit') return { ...nothing, from: originOf(row) }
  if (outcome !== 'miss') return nothing
  const parentName = buildsIn === null ? null : (view.build.steps[buildsIn]?.name ?? null)
  const facts = { inputs: row.inputs, previous: row.previous, wasThere: row.was_there, damaged: row.damaged }
  const { reason, changes } = explainMiss({ ...facts, policy: cachePolicy, parentName })
  return { ...nothing, reason, changes: [...changes] }
}

function outcomeOf({ context }: ViewOfBuild, { cached }: Job, { cacheKey, key }: Step): Cache['outcome'] {
  if (cached) return 'hit'
  if (cacheKey === null) return 'off'
  const { read, anew } = context.cache
  return read.length === 0 || anew?.includes(key) === true ? 'bypassed' : 'miss'
}

/** Returns the job that stored an entry; null for an entry of a release that did not record it. */
function originOf({ hit, saved_ms }: LookUpRow): Cache['from'] {
  const { pipeline, number, job } = hit?.origin ?? {}
  if (hit === null || pipeline === undefined || number === undefined || job === undefined) return null
  const at = formatInstant(new Date(hit.createdAt))
  return {
    pipeline_slug: pipeline,
    number: Number(number),
    job_id: job,
    at,
    saved_ms: saved_ms && Math.round(saved_ms),
  }
}
