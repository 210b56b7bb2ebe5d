import type { JsonSchema } from '../src/document.ts'

const text: JsonSchema = { type: 'string' }
const nullableText: JsonSchema = { type: 'string', nullable: true }
const describe = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description })

/** Optional members laid over given schemas, by schema name. None of them is ever required. */
export const addedMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  CreatePipelineRequest: {
    source_slug: describe(nullableText, "The pipeline's name inside its repository."),
  },
  CreateRepoBuildRequest: {
    source_url: describe(nullableText, 'Where the server fetches the source archive.'),
    source_sha256: describe(nullableText, 'SHA-256 of the source archive, 64 hex digits.'),
  },
  Build: {
    id: describe({ type: 'string', format: 'uuid' }, 'The build across all pipelines.'),
    wait_reason: describe(nullableText, 'Why the build does not go on, while it waits.'),
  },
  Job: {
    attempt: describe({ type: 'integer' }, 'Counts from 1; a retry is a new job with the next number.'),
    previous_attempt_id: describe({ type: 'string', format: 'uuid', nullable: true }, 'The attempt before this one.'),
    wait_reason: describe(nullableText, 'Why the job does not start, while it waits.'),
    skip_reason: describe(nullableText, 'Why the job was skipped.'),
    cached: describe({ type: 'boolean' }, 'The outcome was taken from the step cache.'),
  },
  Pipeline: {
    source_slug: describe(nullableText, "The pipeline's name inside its repository."),
  },
  Error: {
    code: describe(text, 'Errors of log streams only: `error.code` once more.'),
    message: describe(text, 'Errors of log streams only: `error.message` once more.'),
  },
}

/** Optional members of the object `Error.error`. */
export const addedErrorMembers: Readonly<Record<string, JsonSchema>> = {
  errors: {
    type: 'array',
    description: 'What is wrong with the input, field by field.',
    items: {
      type: 'object',
      properties: { field: describe(text, 'A dotted path; empty for the whole body.'), message: text },
      required: ['field', 'message'],
    },
  },
  limit_bytes: describe({ type: 'integer' }, 'payload_too_large: how large the body may be.'),
  build: {
    type: 'object',
    description: 'build_plan_rejected: the failed build.',
    properties: { pipeline_slug: text, number: { type: 'integer' } },
    required: ['pipeline_slug', 'number'],
  },
  checks: {
    type: 'object',
    description: 'not_ready: the checks of /readyz by name.',
    additionalProperties: { $ref: '#/components/schemas/ReadinessCheck' },
  },
}

/** Schemas that added operations need. */
export const addedSchemas: Readonly<Record<string, JsonSchema>> = {
  PingResponse: {
    title: 'PingResponse',
    type: 'object',
    properties: { status: { type: 'string', enum: ['ok'] } },
    required: ['status'],
  },
  ReadinessCheck: {
    title: 'ReadinessCheck',
    type: 'object',
    properties: { ok: { type: 'boolean' }, message: describe(nullableText, 'What is wrong, when something is.') },
    required: ['ok', 'message'],
  },
  ReadinessResponse: {
    title: 'ReadinessResponse',
    type: 'object',
    properties: {
      status: { type: 'string', enum: ['ready'] },
      checks: { type: 'object', additionalProperties: { $ref: '#/components/schemas/ReadinessCheck' } },
    },
    required: ['status', 'checks'],
  },
  OpenApiDocument: {
    title: 'OpenApiDocument',
    description: 'This document.',
    type: 'object',
    additionalProperties: true,
  },
}
