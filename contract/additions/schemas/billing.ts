import type { JsonSchema } from '../../src/document.ts'
import { describe, integer, list, nullableText, object, orNull, ref, text, uuid } from '../json-schema.ts'

export const billingSchemas: Readonly<Record<string, JsonSchema>> = {
  UsageByPipelineResponse: object({ data: list(ref('PipelineUsage')) }),
  PipelineUsage: object({
    pipeline_slug: describe(nullableText, 'Null for usage without a pipeline.'),
    pipeline_name: nullableText,
    total_cents: integer,
    cpu_seconds: integer,
    builds: integer,
    days: describe(
      list(object({ date: { type: 'string', format: 'date' }, total_cents: integer, cpu_seconds: integer })),
      'One entry for each UTC day of the window.',
    ),
  }),
}

export const billingMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  Transaction: {
    job: describe(orNull(object({ pipeline_slug: text, number: integer, job_id: uuid })), 'What a debit is for.'),
  },
  UsageBreakdownResponse: { next_cursor: nullableText },
}
