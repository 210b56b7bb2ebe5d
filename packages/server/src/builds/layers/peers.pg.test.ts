/**
 * Layers that runners fetch from each other, also when a runner is disconnected, killed, or faulty.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createServer as createTlsServer } from 'node:tls'
import { type LeaseRef, noOutput } from '@harmont/engine'
import { openPeer, type Peer } from '@harmont/wire/peers'
import { afterAll, expect, test } from 'vitest'
import { peerIdentity } from '../../runners/peer-certificate.ts'
import { testServer } from '../../testing/server.ts'
import { digestOf, type Elsewhere, give, layerOf, layerPlayers, passed, wantedOf } from './players.test-support.ts'

const it = testServer()
const { elsewhere, leaseOne, runParent } = layerPlayers(it)
const directory = await mkdtemp('/var/tmp/harmont-peers-')
const peers: Peer[] = []
afterAll(async () => {
  await Promise.all(peers.map((peer) => peer.close()))
  await rm(directory, { recursive: true })
})

interface Giver extends Elsewhere {
  /** The objects on this runner's disk, by their digests. */
  readonly disk: Map<string, Buffer>
  /** The objects that other runners requested from it. */
  readonly asked: string[]
  readonly peer: Peer
}

/** Starts a runner that others can reach, optionally through a link. */
async function giver({
  pool = 'default',
  through,
}: {
  readonly pool?: string
  readonly through?: Link
} = {}): Promise<Giver> {
  const secrets = await mkdtemp(join(directory, 'secrets-'))
  const disk = new Map<string, Buffer>()
  const asked: string[] = []
  const opened = await openPeer({
    ...{ host: '127.0.0.1', port: 0, identity: await peerIdentity({ secrets }) },
    async fileOf(_, digest) {
      asked.push(digest)
      const bytes = disk.get(digest)
      if (bytes === undefined) return null
      const file = join(secrets, randomUUID())
      await writeFile(file, bytes)
      return file
    },
    log: () => undefined,
  })
  peers.push(opened)
  const peer = { ...opened, told: { ...opened.told, ...(through && { address: through.to(opened.told.address) }) } }
  return { ...(await elsewhere({ pool }, peer)), disk, asked, peer }
}

/** A link to a runner. A test can count and cut its connections. */
class Link {
  readonly #server = createServer((from) => this.#pass(from))
  #target = 0
  connections = 0
  /** Cuts each connection after this many bytes. */
  cutAt = Number.POSITIVE_INFINITY
  /** Limits the rate to less than 70,000 bytes per second. */
  isSlow = false
  onCut: () => void = () => undefined

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    afterAll(() => this.#server.close())
    return this
  }

  to(address: string): string {
    this.#target = Number(address.split(':')[1])
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #trickle(piece: Buffer, from: Socket, to: Socket): void {
    to.pause()
    from.write(piece.subarray(0, 7_000))
    setTimeout(() => {
      if (piece.length > 7_000) this.#trickle(piece.subarray(7_000), from, to)
      else to.resume()
    }, 100)
  }

  #pass(from: Socket): void {
    this.connections += 1
    let bytes = 0
    const to = connect(this.#target, '127.0.0.1')
    from.pipe(to)
    to.on('data', (piece) => {
      if (from.destroyed) return
      bytes += piece.length
      if (this.isSlow) return this.#trickle(piece, from, to)
      from.write(piece)
      if (bytes < this.cutAt) return
      from.destroy()
      this.onCut()
    })
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => other.destroy())
    }
  }
}

async function moved(way: string): Promise<number> {
  const { body } = await it.request<string>(null, 'GET', '/metrics')
  return Number(new RegExp(`^harmont_layer_bytes_total\\{way="${way}"\\} (\\d+)$`, 'm').exec(body)?.[1] ?? 0)
}

/** Lets a runner make and send a snapshot, and another one take a job based on it. */
async function given(from: Giver, to: Elsewhere, bytes = randomBytes(3_000_000)) {
  const snapshot = await runParent(from)
  const asked = wantedOf(from)
  const leased = leaseOne(to, 20_000)
  await give(from, await asked, bytes)
  const { digest } = layerOf(snapshot, bytes).blob
  from.disk.set(digest, bytes)
  return { snapshot, digest, bytes, job: await leased }
}

/** Returns the runners that the server names as sources of a layer. */
async function holders(who: Elsewhere, layer: string, pool = 'default') {
  const { store } = it.server.engine
  return (await store.layers?.holders(who.id, pool, layer, store.now()))?.holders.map(({ runner }) => runner)
}

async function end({ port }: Elsewhere, job: LeaseRef): Promise<void> {
  await port.started(job, new Date())
  await port.finish(job, new Date(), { ...passed, snapshot: null }, noOutput)
}

const read = async ({ layers }: Elsewhere, { job, snapshot, digest }: Awaited<ReturnType<typeof given>>) =>
  buffer(await layers.open(job, snapshot, digest))

test('G95 a runner fetches a layer from the runner that made it, and then becomes a source itself', async () => {
  const [maker, second, third] = [await giver(), await giver(), await giver()]
  const made = await given(maker, second)
  const before = [await moved('fetched_from_peers'), await moved('fetched')]
  expect(made.bytes.equals(await read(second, made))).toBe(true)
  expect(maker.asked).toEqual([made.digest])
  second.disk.set(made.digest, made.bytes)
  await second.layers.placed(made.job, made.snapshot, 10)
  expect([await moved('fetched_from_peers'), await moved('fetched')]).toEqual([
    (before[0] ?? 0) + made.bytes.length,
    before[1],
  ])
  expect((await holders(third, made.snapshot))?.sort()).toEqual([maker.id, second.id].sort())
  await end(second, made.job)
})

test('G116 a read over an interrupted link resumes at its byte, from the same runner', async () => {
  const link = await new Link().start()
  const [maker, taker] = [await giver({ through: link }), await giver()]
  const made = await given(maker, taker)
  const before = await moved('fetched')
  link.cutAt = 1_000_000
  let cuts = 0
  link.onCut = () => {
    cuts += 1
    if (cuts === 2) link.cutAt = Number.POSITIVE_INFINITY
  }
  expect(made.bytes.equals(await read(taker, made))).toBe(true)
  expect([cuts, link.connections]).toEqual([2, 3])
  expect(await moved('fetched')).toBe(before)
  await end(taker, made.job)
})

test('G116 when the sending runner is killed, the server continues at the next byte', async () => {
  const link = await new Link().start()
  const [maker, taker] = [await giver({ through: link }), await giver()]
  const made = await given(maker, taker)
  const before = await moved('fetched')
  link.cutAt = 1_000_000
  link.onCut = () => {
    link.cutAt = 0
  }
  expect(made.bytes.equals(await read(taker, made))).toBe(true)
  const fromServer = (await moved('fetched')) - before
  expect(fromServer).toBeGreaterThan(0)
  expect(fromServer).toBeLessThan(made.bytes.length)
  // The unreachable runner is skipped for a while, so it delays no other read.
  const { connections } = link
  expect(made.bytes.equals(await read(taker, made))).toBe(true)
  expect(link.connections).toBe(connections)
  await end(taker, made.job)
})

test('G116 a runner that sends bytes too slowly is replaced by the server', async () => {
  const link = await new Link().start()
  const [maker, taker] = [await giver({ through: link }), await giver()]
  const made = await given(maker, taker)
  const before = await moved('fetched')
  link.isSlow = true
  expect(made.bytes.equals(await read(taker, made))).toBe(true)
  expect(await moved('fetched')).toBeGreaterThan(before)
  await end(taker, made.job)
})

test('G116 a runner that sent wrong bytes is not asked again by any runner', async () => {
  const [maker, taker] = [await giver(), await giver()]
  const made = await given(maker, taker)
  const flipped = Buffer.from(made.bytes)
  flipped[1_500_000] = (flipped[1_500_000] ?? 0) ^ 1
  maker.disk.set(made.digest, flipped)
  expect(digestOf(await read(taker, made))).not.toBe(made.digest)
  expect(await taker.layers.strike?.(made.job, made.snapshot, made.snapshot)).toBe(true)
  expect(made.bytes.equals(await read(taker, made))).toBe(true)
  expect(maker.asked.length).toBe(1)
  // A runner is not blamed for bytes from the server.
  expect(await taker.layers.strike?.(made.job, made.snapshot, made.snapshot)).toBe(false)
  const { rows } = await it.server.pool.query('select giver from engine.layers where id = $1', [made.snapshot])
  expect(rows).toEqual([{ giver: null }])
  // The taker remembers this even if the server names the runner again.
  await it.server.pool.query('update engine.layers set giver = $2 where id = $1', [made.snapshot, maker.id])
  expect(made.bytes.equals(await read(taker, made))).toBe(true)
  expect(maker.asked.length).toBe(1)
  await end(taker, made.job)
})

test('G79 nothing is sent to an address that a runner does not own, and the server sends the layer instead', async () => {
  const secrets = await mkdtemp(join(directory, 'secrets-'))
  const heard: Buffer[] = []
  const called = Promise.withResolvers<void>()
  const other = createTlsServer(await peerIdentity({ secrets }), (socket) => {
    socket.on('error', () => undefined).on('data', (piece) => heard.push(piece))
  })
  other.once('connection', () => called.resolve())
  other.listen(0, '127.0.0.1')
  await once(other, 'listening')
  const [maker, taker] = [await giver(), await giver()]
  const made = await given(maker, taker)
  const address = `127.0.0.1:${(other.address() as AddressInfo).port}`
  await it.server.pool.query('update engine.runners set peer_address = $2 where id = $1', [maker.id, address])
  expect(made.bytes.equals(await read(taker, made))).toBe(true)
  await called.promise
  expect([heard, maker.asked]).toEqual([[], []])
  other.close()
  await end(taker, made.job)
})

test('G95 only live runners of the pool with an address are named, and only to runners that can prove their identity', async () => {
  const [maker, taker] = [await giver(), await giver()]
  const made = await given(maker, taker)
  expect(await holders(taker, made.snapshot)).toEqual([maker.id])
  expect(await holders(maker, made.snapshot)).toEqual([])
  expect(await holders(taker, made.snapshot, 'gpu')).toEqual([])
  expect(await holders(await elsewhere(), made.snapshot)).toBeUndefined()
  const { pool } = it.server
  await pool.query("update engine.runners set seen_at = seen_at - interval '1 minute' where id = $1", [maker.id])
  expect(await holders(taker, made.snapshot)).toEqual([])
  // Starts a runner without the setting.
  await maker.port.renew(maker.id, { traffic: { forms: ['erofs', 'tar'], host: null } })
  expect(await holders(taker, made.snapshot)).toEqual([maker.id])
  await pool.query('update engine.runners set peer_address = null where id = $1', [maker.id])
  expect(await holders(taker, made.snapshot)).toEqual([])
  await end(taker, made.job)
})
