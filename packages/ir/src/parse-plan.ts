import { planGraph } from './parse/check-graph.ts'
import { readBuildConcurrency } from './parse/concurrency.ts'
import type { Draft } from './parse/draft.ts'
import { readFlatForm } from './parse/flat-form.ts'
import { graphOf, readGraphForm } from './parse/graph-form.ts'
import { findJsonFault } from './parse/json-fault.ts'
import { MAX_IMAGE, MAX_TIMEOUT_SECONDS } from './parse/limits.ts'
import { describe, grouped, Problems, planError } from './parse/problems.ts'
import { isObject, type JsonObject, member, Reader } from './parse/read.ts'
import type { CheckResult, PlanError, PlanResult } from './plan.ts'

const MAX_BYTES = 8 * 1024 * 1024
const GRAPH_DOCUMENT = new Set(['version', 'timeout_seconds', 'default_image', 'concurrency', 'graph'])
const FLAT_DOCUMENT = new Set([
  'version',
  'timeout_seconds',
  'default_image',
  'concurrency',
  'graph',
  'env',
  'secrets',
  'steps',
])

/**
 * Parses and plans an IR document of either form. Never throws. Checks JSON, size, version, shape,
 * limits and graph in this order. Reports the first problem with its place and the number of
 * further problems.
 */
export function parsePlan(text: string): PlanResult {
  return parse(text, new Reader(new Problems()))
}

/** Checks a document like `parsePlan`. */
export function checkDocument(text: string): CheckResult {
  const result = parsePlan(text)
  return result.ok ? { ok: true, warnings: result.plan.warnings } : result
}

function parse(text: string, reader: Reader): PlanResult {
  const opened = openDocument(text)
  return opened.ok ? plan(opened.document, reader) : opened
}

type Opened = { readonly ok: true; readonly document: JsonObject } | { readonly ok: false; readonly error: PlanError }

/** Checks that a text is a document of a known version. */
export function openDocument(text: string): Opened {
  const fault = findJsonFault(text)
  if (fault !== undefined) {
    const place = `line ${fault.line}, column ${fault.column}`
    return refuse(planError('invalid_json', '', { ...fault, fix: 'Correct the JSON.' }, 0, place))
  }
  const size = Buffer.byteLength(text)
  if (size > MAX_BYTES) {
    const got = `${grouped(size)} bytes`
    return refuse(
      planError('invalid_ir', '', { expected: `at most ${grouped(MAX_BYTES)} bytes`, got, fix: 'Split the pipeline.' }),
    )
  }
  const document: unknown = JSON.parse(text)
  if (!isObject(document)) {
    const fix = 'Send the pipeline as a JSON object.'
    return refuse(planError('invalid_ir', '', { expected: 'an object', got: describe(document), fix }))
  }
  const version = member(document, 'version')
  if (version !== '0') {
    const fix = 'Write "version": "0".'
    return refuse(planError('bad_version', '/version', { expected: '"0"', got: describe(version), fix }))
  }
  return { ok: true, document }
}

function plan(document: JsonObject, reader: Reader): PlanResult {
  const { problems } = reader
  const draft = readDraft(reader, document)
  const steps = problems.beforeGraph ? [] : planGraph(problems, draft)
  const error = problems.error
  if (error !== undefined) return refuse(error)
  const { timeoutSeconds, concurrency } = draft
  const plan = { timeoutSeconds, steps, warnings: problems.warnings }
  return { ok: true, plan: concurrency === undefined ? plan : { ...plan, concurrency } }
}

/** Reads a document of either form. */
export function readDraft(reader: Reader, document: JsonObject): Draft {
  const graph = graphOf(document)
  reader.unknownMembers(document, graph === undefined ? FLAT_DOCUMENT : GRAPH_DOCUMENT, '')
  const timeoutSeconds =
    reader.integer(member(document, 'timeout_seconds'), '/timeout_seconds', 1, MAX_TIMEOUT_SECONDS) ?? null
  const defaultImage = reader.name(member(document, 'default_image'), '/default_image', MAX_IMAGE)
  const concurrency = readBuildConcurrency(reader, document)
  const form = graph === undefined ? readFlatForm(reader, document) : readGraphForm(reader, graph)
  return { timeoutSeconds, defaultImage, concurrency, ...form }
}

function refuse(error: PlanError): { readonly ok: false; readonly error: PlanError } {
  return { ok: false, error }
}
