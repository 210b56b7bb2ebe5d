/**
 * Carries an envelope out of a server's rendering. A runner accepts only a rendered pipeline, so
 * the envelope is the command of a step that no server runs.
 */
import { type IrDocument, parsePlan } from '@harmont/ir'
import type { Envelope, EnvelopeError, ListedPipeline } from './envelope.ts'

/** The pipelines of a repository, as received by a server. */
export interface Discovered {
  readonly pipelines: readonly ListedPipeline[]
  readonly errors: readonly EnvelopeError[]
}

/** The slug that requests every pipeline; it is not a valid slug of a pipeline. */
export const everyPipeline = '*'

const key = 'discovery'
const longestMessage = 4_000

/**
 * Packs the server's part of an envelope into a pipeline. Throws if it is too large for one
 * (`ir.md` 1.6).
 */
export function carry({ pipelines, errors }: Envelope): string {
  const discovered: Discovered = {
    pipelines: pipelines.map(({ definition: _, ...told }) => told),
    errors: errors.map((error) => ({ ...error, message: error.message.slice(0, longestMessage) })),
  }
  const cmd = JSON.stringify(discovered)
  const document: IrDocument = {
    version: '0',
    graph: {
      nodes: [{ step: { key, cmd, if: { local: true } }, env: {} }],
      node_holes: [],
      edge_property: 'directed',
      edges: [],
    },
  }
  const text = JSON.stringify(document)
  const plan = parsePlan(text)
  if (plan.ok) return text
  throw new Error(`.hm: too many pipeline names and triggers: ${plan.error.message}`)
}

/**
 * Unpacks a carrier's only command and makes its text acceptable to a database. Throws for any
 * other command.
 */
export function readCarried(command: string): Discovered {
  const value: unknown = JSON.parse(command, (_, each: unknown) =>
    typeof each === 'string' ? each.toWellFormed().replaceAll('\0', '\uFFFD') : each,
  )
  if (!isDiscovered(value)) throw new Error('expected the result of rendering all pipelines')
  return value
}

function isDiscovered(value: unknown): value is Discovered {
  if (typeof value !== 'object' || value === null || !('pipelines' in value) || !('errors' in value)) return false
  const { pipelines, errors } = value
  return (
    Array.isArray(pipelines) &&
    Array.isArray(errors) &&
    pipelines.every((each) => isText(each, 'slug') && isText(each, 'name') && isText(each, 'file')) &&
    errors.every((each) => isText(each, 'code') && isText(each, 'message') && isText(each, 'file'))
  )
}

function isText(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'string'
}
