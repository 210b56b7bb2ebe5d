/**
 * Bitbucket's own API definition, enforced by the compiler: the types come from the OpenAPI
 * document that Atlassian publishes. A name that the document lacks is a compile error.
 */
import type { components } from '@coderabbitai/bitbucket/cloud/openapi'

export type Schemas = components['schemas']

type Words<Text extends string | undefined> = Readonly<Record<NonNullable<Text>, true>>

const statusStates: Words<Schemas['commitstatus']['state']> = {
  FAILED: true,
  INPROGRESS: true,
  STOPPED: true,
  SUCCESSFUL: true,
}
const reportResults: Words<Schemas['report']['result']> = { FAILED: true, PASSED: true, PENDING: true }
const reportTypes: Words<Schemas['report']['report_type']> = { BUG: true, COVERAGE: true, SECURITY: true, TEST: true }
const annotationTypes: Words<Schemas['report_annotation']['annotation_type']> = {
  BUG: true,
  CODE_SMELL: true,
  VULNERABILITY: true,
}
const annotationResults: Words<Schemas['report_annotation']['result']> = {
  FAILED: true,
  IGNORED: true,
  PASSED: true,
  SKIPPED: true,
}
const severities: Words<Schemas['report_annotation']['severity']> = {
  CRITICAL: true,
  HIGH: true,
  LOW: true,
  MEDIUM: true,
}
const hookEvents: Partial<Words<NonNullable<Schemas['webhook_subscription']['events']>[number]>> = {
  'repo:push': true,
  'pullrequest:created': true,
  'pullrequest:updated': true,
  'pullrequest:fulfilled': true,
  'pullrequest:rejected': true,
}

type Sent = Readonly<Record<string, unknown>>

/**
 * Returns what is wrong with a build status; null for nothing. `key`, `state` and `url` are
 * required.
 */
export function statusProblem(sent: Sent): string | null {
  return (
    unknown(sent, ['key', 'state', 'url', 'name', 'description', 'refname', 'type', 'uuid', 'links']) ??
    text(sent, 'key', 40) ??
    word(sent, 'state', statusStates) ??
    address(sent, 'url') ??
    text(sent, 'name', 255, true) ??
    text(sent, 'description', 255, true)
  )
}

/** Returns what is wrong with a report; null for nothing. */
export function reportProblem(sent: Sent): string | null {
  return (
    unknown(sent, [
      ...['title', 'details', 'external_id', 'reporter', 'link', 'remote_link_enabled', 'logo_url'],
      ...['report_type', 'result', 'data', 'type', 'uuid'],
    ]) ??
    text(sent, 'title', 450) ??
    text(sent, 'details', 2000) ??
    word(sent, 'report_type', reportTypes) ??
    word(sent, 'result', reportResults) ??
    address(sent, 'link')
  )
}

/** Returns what is wrong with the annotations of a report; null for nothing. */
export function annotationsProblem(sent: unknown): string | null {
  if (!Array.isArray(sent) || sent.length < 1 || sent.length > 100) return 'annotations: expected a list of 1 to 100'
  const all = sent as readonly Sent[]
  if (new Set(all.map(({ external_id: id }) => id)).size < all.length) return 'external_id: expected a unique value'
  return all.reduce((problem: string | null, each) => problem ?? annotationProblem(each), null)
}

function annotationProblem(sent: Sent): string | null {
  const { line } = sent
  return (
    unknown(sent, [
      ...['external_id', 'annotation_type', 'path', 'line', 'summary', 'details', 'result', 'severity', 'link'],
      ...['type', 'uuid', 'title'],
    ]) ??
    text(sent, 'external_id', 450) ??
    word(sent, 'annotation_type', annotationTypes) ??
    text(sent, 'summary', 450) ??
    text(sent, 'details', 2000, true) ??
    text(sent, 'path', 450, true) ??
    (line === undefined || (Number.isInteger(line) && Number(line) >= 1) ? null : `line: ${line}`) ??
    word(sent, 'result', annotationResults) ??
    word(sent, 'severity', severities) ??
    (sent.link === undefined ? null : address(sent, 'link'))
  )
}

/** Returns what is wrong with a webhook; null for nothing. */
export function hookProblem(sent: Sent): string | null {
  const events = sent.events
  const isList = Array.isArray(events) && events.length > 0
  const odd = isList ? events.find((event) => !Object.hasOwn(hookEvents, String(event))) : 'no list'
  return (
    unknown(sent, ['description', 'url', 'active', 'secret', 'events', 'skip_cert_verification']) ??
    address(sent, 'url') ??
    text(sent, 'description', 255) ??
    (odd === undefined ? null : `events: ${odd}`)
  )
}

function unknown(sent: Sent, known: readonly string[]): string | null {
  const odd = Object.keys(sent).find((name) => !known.includes(name))
  return odd === undefined ? null : `${odd}: unknown`
}

function text(sent: Sent, name: string, most: number, isOptional = false): string | null {
  const value = sent[name]
  if (value === undefined && isOptional) return null
  const isRight = typeof value === 'string' && value !== '' && value.length <= most
  return isRight ? null : `${name}: expected a text of 1 to ${most} characters`
}

function word(sent: Sent, name: string, words: Readonly<Record<string, true>>): string | null {
  return Object.hasOwn(words, String(sent[name])) ? null : `${name}: ${sent[name]}`
}

function address(sent: Sent, name: string): string | null {
  return typeof sent[name] === 'string' && URL.parse(sent[name]) !== null ? null : `${name}: expected an address`
}
