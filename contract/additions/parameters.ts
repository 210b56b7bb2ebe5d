import type { JsonSchema, ParameterObject } from '../src/document.ts'
import { describe, flag, integer, text } from './json-schema.ts'

/** Filter of lists of builds. */
export const states: JsonSchema = describe(text, 'One state, or several with commas.')
/** Filter of lists of builds. */
export const commitStart: JsonSchema = describe(text, 'A commit, or how it begins.')
const branch: JsonSchema = describe(text, 'A branch, by its whole name.')

/** The header by which a client makes a request repeatable: `http.md` 7.5. */
export const idempotencyKey: ParameterObject = {
  name: 'Idempotency-Key',
  in: 'header',
  description: '1 to 255 visible ASCII characters. The same request under the same key has effect once.',
  schema: text,
}

/** Optional parameters laid over given operations, by operation id. */
export const addedParameters: Readonly<Record<string, readonly ParameterObject[]>> = {
  createBuild: [idempotencyKey],
  createBuildBySource: [idempotencyKey],
  listBuilds: queryParameters({ state: states, branch, commit: commitStart, source: text }),
  listPipelines: queryParameters({
    archived: describe(flag, 'Archived pipelines only, or live ones only, which is the default.'),
    q: describe(text, 'Part of the name, slug or repository.'),
  }),
  listJobs: queryParameters({
    attempts: describe({ type: 'string', enum: ['all'] }, 'Every attempt, not the newest ones only.'),
  }),
  listBillingTransactions: queryParameters({
    source: {
      type: 'string',
      enum: ['stripe_topup', 'coupon_redemption', 'admin_grant', 'vm_lease_debit', 'refund'],
    },
  }),
  getBillingUsageBreakdown: queryParameters({
    pipeline: describe(text, 'The slug of a pipeline.'),
    limit: describe(integer, 'How many builds, 1 to 5,000, which is the default.'),
    cursor: text,
  }),
}

/** Gives optional query parameters from their schemas by name. */
export function queryParameters(schemas: Readonly<Record<string, JsonSchema>>): ParameterObject[] {
  return Object.entries(schemas).map(([name, schema]) => ({ name, in: 'query', schema }))
}
