/** Plays runners that exchange layers, for the tests of one file. */
import { createHash, randomUUID } from 'node:crypto'
import { type LayerPort, noOutput, type TravellingLayer, type WantedSnapshot } from '@harmont/engine'
import { connectRunner, type RemotePort } from '@harmont/wire'
import type { Peer } from '@harmont/wire/peers'
import { afterAll, expect } from 'vitest'
import { type JoinedRunner, joinedRunner } from '../../testing/joined-runner.ts'
import { ir } from '../../testing/runner.ts'
import { ownerToken, type TestServer } from '../../testing/server.ts'

const traffic = { forms: ['erofs', 'tar'], host: null } as const
export const passed = { kind: 'exited', exitCode: 0, signal: null, limit: null } as const
const never = new AbortController().signal

export interface Elsewhere {
  readonly id: string
  readonly port: RemotePort
  readonly layers: LayerPort
  readonly call: JoinedRunner['call']
}

/** Call this at the top of a test file. */
export function layerPlayers(it: TestServer) {
  const ports: RemotePort[] = []
  afterAll(() => Promise.all(ports.map((port) => port.close())))

  /** With a peer, it exchanges layers directly with others. */
  async function elsewhere(wish: Parameters<typeof joinedRunner>[1] = {}, peer?: Peer): Promise<Elsewhere> {
    const runner = await joinedRunner(it, wish)
    const port = connectRunner({
      url: it.server.url,
      token: async () => runner.token,
      onOutdated: () => undefined,
      log: () => undefined,
      ...(peer && { peer }),
    })
    ports.push(port)
    await port.renew(runner.id, { traffic })
    if (port.layers === null) throw new Error('expected a runner with layers')
    return { id: runner.id, port, layers: port.layers, call: runner.call }
  }

  const lease = ({ id, port }: Elsewhere, waitMs = 0) =>
    port.lease({ runner: id, slots: 1, waitMs, signal: never, traffic })

  /** Leases a job. With a wait, it polls like a real runner. */
  async function leaseOne(runner: Elsewhere, waitMs = 0) {
    for (;;) {
      const [job] = await lease(runner, waitMs)
      if (job !== undefined) return job
      if (waitMs === 0) throw new Error('nothing to lease')
    }
  }

  /** Submits to a new pipeline by default. */
  async function submit(
    steps: readonly Readonly<Record<string, unknown>>[],
    { token = ownerToken, pipeline }: { readonly token?: string; readonly pipeline?: string } = {},
  ): Promise<void> {
    const path = pipeline ?? `/api/v0/organizations/default/pipelines/${await it.newPipeline()}`
    const body = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: ir(...steps) }
    const { status } = await it.request(token, 'POST', `${path}/builds`, body)
    expect(status).toBe(201)
  }

  /** Runs the first step of a build; the second one builds in it. Returns its snapshot. */
  async function runParent(
    giver: Elsewhere,
    more: object = {},
    to: Parameters<typeof submit>[1] = {},
  ): Promise<string> {
    await submit(
      [
        { key: 'a', cmd: 'true', ...more },
        { key: 'b', cmd: 'true', builds_in: 'a' },
      ],
      to,
    )
    const snapshot = randomUUID()
    const job = await leaseOne(giver)
    await giver.port.started(job, new Date())
    await giver.port.finish(job, new Date(), { ...passed, snapshot }, noOutput)
    // Moves the ready times of the next step two seconds into the past.
    await it.server.pool.query(
      "update engine.ready set ready_at = ready_at - interval '2 s', open_at = open_at - interval '2 s'",
    )
    return snapshot
  }

  return { elsewhere, leaseOne, runParent }
}

export const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

export function layerOf(id: string, bytes: Uint8Array, manifest: Uint8Array | null = null): TravellingLayer {
  return {
    id,
    parent: null,
    imageDigest: 'sha256:image',
    imageNames: ['registry.example/image:1'],
    layers: [id],
    createdAt: new Date().toISOString(),
    meta: { cache: null, origin: { pipeline: 'p' } },
    source: manifest && { digest: digestOf(manifest), bytes: manifest.length },
    blob: { form: 'erofs', digest: digestOf(bytes), blobBytes: bytes.length, bytes: 2 * bytes.length },
  }
}

/** Waits until the server wants a snapshot of the runner. */
export function wantedOf({ layers }: Elsewhere): Promise<WantedSnapshot> {
  const { promise, resolve } = Promise.withResolvers<WantedSnapshot>()
  const unsubscribe = layers.onWanted(resolve)
  return promise.finally(unsubscribe)
}

/** Plays a runner that sends the wanted snapshot. */
export async function give({ layers }: Elsewhere, wanted: WantedSnapshot, bytes: Uint8Array): Promise<void> {
  const layer = layerOf(wanted.snapshot, bytes)
  await layers.have(wanted, layer)
  await layers.putPart(wanted, layer.blob.digest, 0, bytes)
  expect(await layers.have(wanted, layer)).toEqual([])
}
