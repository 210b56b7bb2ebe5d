/** Exchanges the files of steps between two runners with real sandboxes, through a real server. */
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createRunner, type Disk, type LayerPort, type Runner } from '@harmont/engine'
import { removeTree } from '@harmont/outside/remove-tree'
import { sharedImages } from '@harmont/outside/shared-images'
import { createImageStore, createOciDriver } from '@harmont/sandbox'
import { effort } from '@harmont/test-kit/effort'
import { until } from '@harmont/test-kit/until'
import { connectRunner, type RemotePort } from '@harmont/wire'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinedRunner } from '../../testing/joined-runner.ts'
import { ir } from '../../testing/runner.ts'
import { ownerToken, testServer } from '../../testing/server.ts'

const it = testServer()
const endlessDisk: Disk = {
  room: { freeBytes: 2 ** 40, sizeBytes: 2 ** 41, freeFiles: null },
  full: null,
  untilFull: new AbortController().signal,
  hasRoom: async () => {},
  look: async () => {},
  wasExhaustedSince: () => false,
  onChange: () => () => {},
}

interface Elsewhere {
  /** Restarts the runner, with this change of its port's layers. */
  restart(change?: (layers: LayerPort) => Partial<LayerPort>): Promise<void>
  close(): Promise<void>
}

let giver: Elsewhere
let taker: Elsewhere
beforeAll(async () => {
  giver = await elsewhere('giver')
  taker = await elsewhere('taker')
})
afterAll(async () => {
  await giver?.close()
  await taker?.close()
})

/** Creates a runner with this label, without starting it. */
async function elsewhere(label: string): Promise<Elsewhere> {
  const directory = await mkdtemp('/var/tmp/harmont-runner-')
  const images = createImageStore({ directory: sharedImages, fallbackToHost: true, hostAllow: [] })
  const driver = await createOciDriver({
    directory: join(directory, 'sandboxes'),
    images,
    network: ['none'],
    egressAllow: [],
    runtime: 'crun',
    layersTravel: true,
  })
  const joined = await joinedRunner(it, { labels: [label] })
  let current: { readonly runner: Runner; readonly port: RemotePort } | undefined
  const stop = async () => {
    await current?.runner.stop()
    await current?.port.close()
  }
  return {
    async restart(change = () => ({})) {
      await stop()
      const port = connectRunner({
        url: it.server.url,
        token: async () => joined.token,
        onOutdated: () => undefined,
        log: () => undefined,
      })
      const layers = port.layers && { ...port.layers, ...change(port.layers) }
      const runner = createRunner({
        ...{ id: joined.id, driver, images, slots: 1, sourceDirectory: join(directory, 'sources') },
        ...{ disk: endlessDisk, networkModes: ['none'], renderer: null, cacheBytes: 1e9 },
        port: { ...port, layers },
        log: () => undefined,
      })
      current = { runner, port }
      await runner.start()
    },
    async close() {
      await stop()
      for (const handle of await driver.list()) await (await driver.adopt(handle))?.destroy()
      await driver.close()
      removeTree(directory)
    },
  }
}

const on = (label: string) => ({ runner_args: { labels: [label] } })

interface Job {
  readonly id: string
  readonly step_key: string | null
  readonly state: string
}

async function submit(...steps: readonly Readonly<Record<string, unknown>>[]): Promise<() => Promise<readonly Job[]>> {
  const path = `/api/v0/organizations/default/pipelines/${await it.newPipeline()}/builds`
  const body = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: ir(...steps) }
  const made = await it.request<{ number: number }>(ownerToken, 'POST', path, body)
  expect(made.status).toBe(201)
  const jobs = `${path}/${made.body.number}/jobs`
  return async () => (await it.request<{ data: readonly Job[] }>(ownerToken, 'GET', jobs)).body.data
}

const stateOf = (jobs: readonly Job[], key: string) => jobs.find(({ step_key }) => step_key === key)?.state
const logOf = async (jobs: readonly Job[], key: string) => {
  const id = jobs.find(({ step_key }) => step_key === key)?.id
  return (await it.request<string>(ownerToken, 'GET', `/v0/jobs/${id}/logs.txt?meta=1`)).body
}

/** Changes one byte in the middle. */
function damaged(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes)
  const middle = changed.length >> 1
  changed[middle] = (changed[middle] ?? 0) ^ 1
  return changed
}

test('G116 the layers from which a step starts arrive intact, although bytes change at the source and in transit, and the source is stopped', async () => {
  /** Indexes of parts in the order of sending, by object. */
  const sent = new Map<string, number[]>()
  const note = (digest: string, index: number) => sent.set(digest, [...(sent.get(digest) ?? []), index])
  const stopped = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  await giver.restart(({ putPart }) => ({
    async putPart(wanted, digest, index, bytes) {
      if (index === 1) {
        begun.resolve()
        await stopped.promise
        throw new Error('its process has ended')
      }
      note(digest, index)
      await putPart(wanted, digest, index, bytes)
    },
  }))
  const jobs = await submit(
    { key: 'a', cmd: 'head -c 9000000 /dev/urandom >large; sha256sum large >sum', ...on('giver') },
    { key: 'other', cmd: 'echo input >given', ...on('giver') },
    {
      key: 'b',
      builds_in: 'a',
      cmd: 'sha256sum --check sum; cat given',
      inputs: [{ from: 'other', path: 'given' }],
      ...on('taker'),
    },
  )
  await until(jobs, (found) => stateOf(found, 'a') === 'passed' && stateOf(found, 'other') === 'passed')
  let opened = 0
  await taker.restart(({ open }) => ({
    async open(lease, snapshot, digest) {
      opened += 1
      const stream = await open(lease, snapshot, digest)
      return opened === 1 ? Readable.from([damaged(await buffer(stream))]) : stream
    },
  }))
  await begun.promise
  stopped.resolve()
  let isWhole = true
  await giver.restart(({ putPart }) => ({
    async putPart(wanted, digest, index, bytes) {
      note(digest, index)
      // Simulates a changed byte on the runner's disk.
      const spoils = isWhole && index === 1
      if (spoils) isWhole = false
      await putPart(wanted, digest, index, spoils ? damaged(Buffer.from(bytes)) : bytes)
    },
  }))
  const ended = await until(jobs, (found) => stateOf(found, 'b') === 'passed')
  expect(await logOf(ended, 'b')).toContain('large: OK\ninput\n')
  // It continues with the second part, and sends both again because the whole object was wrong.
  expect([...sent.values()].sort((a, b) => a.length - b.length)).toEqual([[0], [0, 1, 0, 1]])
  // Twice for the layer that arrived damaged, once for the other.
  expect(opened).toBe(3)
})

test.skipIf(effort < 5)(
  'G116 a layer that never arrives intact is abandoned: it stays on its runner, and the job waits for that one',
  async () => {
    await giver.restart()
    const jobs = await submit(
      { key: 'a', cmd: 'echo made >file', ...on('giver') },
      { key: 'b', builds_in: 'a', cmd: 'cat file', ...on('taker') },
    )
    let opened = 0
    await taker.restart(({ open }) => ({
      async open(lease, snapshot, digest) {
        opened += 1
        return Readable.from([damaged(await buffer(await open(lease, snapshot, digest)))])
      },
    }))
    const refused = async () => {
      const { rows } = await it.server.pool.query<{ refused: string }>(
        'select refused from engine.exports where refused is not null',
      )
      return rows[0]?.refused ?? null
    }
    expect(await until(refused, (reason) => reason !== null)).toMatch(/^the layer sha256:\w+ was refused: /)
    const waiting = await until(jobs, (found) => stateOf(found, 'b') === 'scheduled')
    expect(opened).toBe(3)
    expect(await logOf(waiting, 'b')).toContain('could not be brought here. Restarting from the beginning')
  },
)
