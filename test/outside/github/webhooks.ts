/**
 * Webhooks as GitHub sends them: its examples with our facts, judged by its schema, signed by its
 * library.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { sign } from '@octokit/webhooks-methods'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { isObject, type Json, objectAt } from './json.ts'

const require = createRequire(import.meta.url)

export interface Delivery {
  readonly id: string
  readonly event: string
  readonly body: string
}

export interface Deliverer {
  /** Returns an example of an event with facts laid over. Throws when the schema refuses it. */
  make(event: string, action: string | null, facts: Json): Delivery
  /** Sends it and returns the status of the answer; 0 without one. */
  send(delivery: Delivery, secret?: string): Promise<number>
  /** Creates and sends a delivery. While deliveries are held, it waits for `release`. */
  deliver(event: string, action: string | null, facts: Json): Promise<Delivery>
  hold(): void
  /** Sends held deliveries in the order of `arrange`, all at once, 16 at a time. */
  release(arrange?: (held: readonly Delivery[]) => readonly Delivery[]): Promise<void>
  /** All deliveries so far. */
  readonly made: readonly Delivery[]
  /** Returns GitHub's example of an event and action, as a fresh copy. */
  example(event: string, action: string | null): Json
}

/** `target` is read at each sending, because the server may move. */
export function makeDeliverer(secret: string, target: () => string): Deliverer {
  const check = readSchema()
  const examples = readExamples(check)
  const made: Delivery[] = []
  let held: Delivery[] | null = null

  const deliverer: Deliverer = {
    made,
    example: examples,
    make(event, action, facts) {
      const { requester: _, ...example } = examples(event, action)
      const payload: Json = { ...example, ...facts }
      const wrong = check(event, action, payload)
      if (wrong !== null) throw new Error(wrong)
      const delivery = { id: randomUUID(), event, body: JSON.stringify(payload) }
      made.push(delivery)
      return delivery
    },
    async send({ id, event, body }, signedWith = secret) {
      const answer = await fetch(target(), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'GitHub-Hookshot/044aadd',
          'x-github-delivery': id,
          'x-github-event': event,
          'x-github-hook-id': '292430182',
          'x-hub-signature-256': await sign(signedWith, body),
        },
        body,
        signal: AbortSignal.timeout(10_000),
      }).catch(() => null) // the server is down: GitHub notes it and goes on
      await answer?.arrayBuffer().catch(() => null)
      return answer?.status ?? 0
    },
    async deliver(event, action, facts) {
      const delivery = deliverer.make(event, action, facts)
      if (held === null) await deliverer.send(delivery)
      else held.push(delivery)
      return delivery
    },
    hold() {
      held ??= []
    },
    async release(arrange = (all) => all) {
      const waiting = [...arrange(held ?? [])]
      held = null
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliverer.send(next)
        }),
      )
    },
  }
  return deliverer
}

/** Returns what GitHub's schema has against a payload; null for nothing. */
type Check = (event: string, action: string | null, payload: unknown) => string | null

function readSchema(): Check {
  // Each schema is used a few times, so compiling must be quick, not the check.
  const ajv = new Ajv({ strict: false, inlineRefs: false, code: { optimize: false } })
  formats.default(ajv)
  ajv.addSchema(JSON.parse(readFileSync(require.resolve('@octokit/webhooks-schemas/schema.json'), 'utf8')), 'webhooks')
  return (event, action, payload) => {
    const name = `${event}$${action ?? 'event'}`
    const validate = ajv.getSchema(`webhooks#/definitions/${name}`)
    if (validate === undefined) return `GitHub has no schema for ${name}`
    return validate(payload) ? null : `${name}: ${ajv.errorsText(validate.errors)}`
  }
}

/**
 * Returns the first example of an event and action that the schema allows, if any: some are
 * outdated.
 */
function readExamples(check: Check): (event: string, action: string | null) => Json {
  const all: unknown = JSON.parse(readFileSync(require.resolve('@octokit/webhooks-examples'), 'utf8'))
  if (!Array.isArray(all)) throw new Error('expected a list of examples')
  const found = new Map<string, Json>()
  return (event, action) => {
    const name = `${event} ${action}`
    let example = found.get(name)
    if (example === undefined) {
      const { examples } = objectAt(all.find((each) => isObject(each) && each.name === event))
      if (!Array.isArray(examples)) throw new Error(`GitHub has no example of ${event}`)
      const fits = examples.filter((each) => action === null || (isObject(each) && each.action === action))
      example = objectAt(fits.find((each) => check(event, action, each) === null) ?? fits[0])
      found.set(name, example)
    }
    return structuredClone(example)
  }
}
