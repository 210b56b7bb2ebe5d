/** A runner of the last release works with this server: its recorded requests are replayed. */
import { readFileSync } from 'node:fs'
import { createMemoryStore } from '@harmont/engine'
import { expect, test } from 'vitest'
import { archiveDigest, newBuild, plainContext, serveWire, stepsOf } from './port-under-test.test-support.ts'

/** One call in the form of protocol version 1. */
interface Recorded {
  readonly call: string
  readonly turn: string
  readonly body?: object
  /** The body of a call with frames, one character for each byte. */
  readonly frames?: string
  readonly answer?: Answer
}

type Answer = Readonly<Record<string, unknown>> & { readonly jobs?: readonly Leased[] }
interface Leased {
  readonly jobId: string
  readonly buildId: string
}

const recorded = JSON.parse(
  readFileSync(new URL('released.version-1.json', import.meta.url), 'utf8'),
) as readonly Recorded[]

/**
 * Serves the work of the recorded runner: a step with a source, then a pipeline to render and its
 * step.
 */
async function replay(version: string) {
  const store = createMemoryStore()
  const source = { kind: 'archive', sha256: archiveDigest, blob: 'b' } as const
  store.builds.submit(newBuild(stepsOf(1, { timeout_seconds: 600 }), store.now()), { ...plainContext, source })
  const wire = await serveWire(store)
  /** Maps ids of the recording to those of this run, which have the same length. */
  const ids = new Map<string, string>()
  const translated = (text: string) =>
    text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? id)
  return {
    store,
    wire,
    async send({ call, turn, body, frames, answer: before }: Recorded) {
      if (call === 'directives') {
        const [{ buildId } = { buildId: '' }] = await store.leases.of('r')
        await store.builds.apply(buildId, [{ type: 'cancel', at: store.now() }])
      }
      const text = translated(frames ?? JSON.stringify(body))
      const response = await fetch(`${wire.url}/runners/v1/${call}`, {
        method: 'POST',
        headers: { authorization: 'Bearer r', 'harmont-wire': version, 'harmont-turn': turn },
        body: Buffer.from(text, frames === undefined ? 'utf8' : 'latin1'),
      })
      if (before === undefined) return { status: response.status, answer: (await response.arrayBuffer()).byteLength }
      const answer = (await response.json()) as Answer
      before.jobs?.forEach(({ jobId, buildId }, index) => {
        ids.set(jobId, answer.jobs?.[index]?.jobId ?? '').set(buildId, answer.jobs?.[index]?.buildId ?? '')
      })
      return { status: response.status, answer, expected: JSON.parse(translated(JSON.stringify(before))) as Answer }
    },
  }
}

/** Durations, which differ from run to run, and members added by later releases. */
const volatile = new Set(['lastsMs', 'leftMs', 'leaseId', 'HARMONT_JOB_ID'])

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => (volatile.has(name) ? [] : [[name, plain(member)]])),
  )
}

test('G105 a runner of the last release, which sends no lease ids, gets the same responses as from its own release', async () => {
  const { store, wire, send } = await replay('1')
  await using _ = wire
  for (const [index, each] of recorded.entries()) {
    // In the recording, the second build was submitted when the first had ended.
    if (each.call === 'finish') store.builds.submit(newBuild(null, store.now()), { ...plainContext, renderSlug: 'ci' })
    const { status, answer, expected } = await send(each)
    expect([index, each.call, status]).toEqual([index, each.call, 200])
    if (expected === undefined) expect(answer).toBeGreaterThan(0)
    else expect(plain(answer), each.call).toEqual(plain(expected))
  }
})

test('a runner of this release must send the lease id', async () => {
  const { wire, send } = await replay('2')
  await using _ = wire
  for (const each of recorded) {
    const text = each.frames ?? JSON.stringify(each.body)
    const { status } = await send(each)
    expect([each.call, status]).toEqual([each.call, text.includes('"fence"') ? 400 : 200])
    if (each.call === 'started') return
  }
})
