/** Takes layers from other runners of the pool. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Damaged, type LayerPeer, type LeaseRef, type LocatedPeers, type Log } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { Agent } from 'undici'
import type { Caller } from '../connect/caller.ts'
import type { WantedObject } from '../connect/direct-transfer.ts'
import { leastBytesPerMs, unlessUnknown } from '../connect/transport.ts'
import { leaseToWire } from '../forms.ts'
import { type PeerIdentity, pinnedConnections } from './certificate.ts'
import { layerPath } from './give-layers.ts'

export interface TakerOptions {
  readonly caller: Pick<Caller, 'call'>
  readonly identity: PeerIdentity
  readonly log: Log
}

/**
 * Time limit for a connection and for the next byte, accurate to half a second. After it, the
 * connection counts as cut.
 */
const stallMs = 800
const pauseMs = 200
/** Consecutive tries without a byte before another source is used. */
const mostTries = 3
/** Time for which an unreachable runner is not called. */
const awayMs = 60_000
/** Time after which a runner below the minimum network speed is abandoned. */
const slowAfterMs = 5_000
/** Maximum number of layers whose givers are remembered. */
const mostLayers = 1_000

/** A runner does not send the object of its ticket as required. No later try changes this. */
class Declined extends Error {
  override readonly name = 'Declined'
}

/** Reads layers from runners that the server names, with tickets that it signs for them. */
export class LayerTransfer {
  readonly #options: TakerOptions
  /** Runners that sent bytes of a layer, by the layer's id. */
  readonly #gave = new Map<string, Set<string>>()
  /** Times at which unreachable runners may be called again. */
  readonly #awayUntil = new Map<string, number>()
  /** Runners that sent invalid bytes, by the layer's id. */
  readonly #struck = new Map<string, Set<string>>()
  #bytes = 0

  constructor(options: TakerOptions) {
    this.#options = options
  }

  /** Returns the number of bytes that runners have sent since the last call. */
  takeCount(): number {
    const bytes = this.#bytes
    this.#bytes = 0
    return bytes
  }

  /** Yields the bytes of an object. `rest` opens the bytes that no runner sends. */
  async *read(wanted: WantedObject, rest: (at: number) => AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const located = await this.#locate(wanted)
    let at = 0
    for (const peer of located?.peers ?? []) {
      if (located === null || !this.#isAsked(peer.runner, located.layer)) continue
      for await (const piece of this.#readAt(peer, located, wanted.digest, at)) {
        at += piece.length
        this.#bytes += piece.length
        noteIn(this.#gave, located.layer, peer.runner)
        yield piece
      }
      if (at === located.bytes) return
    }
    yield* rest(at)
  }

  /** See `LayerPort.strike`. */
  async strike(lease: LeaseRef, snapshot: string, layer: string): Promise<boolean> {
    const gave = this.#gave.get(layer)
    this.#gave.delete(layer)
    for (const runner of gave ?? []) {
      noteIn(this.#struck, layer, runner)
      const told = this.#options.caller.call('layers/struck', { lease: leaseToWire(lease), snapshot, layer, runner })
      // This process does not call it again for this layer, even if the report fails.
      await told.catch((error: unknown) =>
        this.#options.log('warn', `could not report that ${runner} sent invalid bytes`, error),
      )
    }
    return gave !== undefined
  }

  #isAsked(runner: string, layer: string): boolean {
    return this.#struck.get(layer)?.has(runner) !== true && (this.#awayUntil.get(runner) ?? 0) <= now()
  }

  #leave(runner: string): void {
    for (const [away, until] of this.#awayUntil) if (until <= now()) this.#awayUntil.delete(away)
    this.#awayUntil.set(runner, now() + awayMs)
  }

  async #locate({ lease, snapshot, digest }: WantedObject): Promise<LocatedPeers | null> {
    const asked = this.#options.caller.call('layers/peers', { lease: leaseToWire(lease), snapshot, digest })
    return unlessUnknown(
      asked.then(({ answer }) => answer.located),
      null,
    )
  }

  /** Yields a runner's bytes from an offset, over as many connections as required. */
  async *#readAt(peer: LayerPeer, { bytes }: LocatedPeers, digest: string, from: number): AsyncGenerator<Buffer> {
    const { identity, log } = this.#options
    const agent = pinnedConnections(peer.certificate, identity, stallMs)
    let at = from
    let tries = 0
    try {
      while (at < bytes && tries < mostTries) {
        try {
          for await (const piece of readRange(agent, peer, { at, bytes })) {
            at += piece.length
            tries = 0
            yield piece
          }
          if (at < bytes) throw new Damaged(`the response ended at byte ${at} of ${bytes}`)
        } catch (error) {
          log('warn', `could not read ${digest} from the runner ${peer.runner} at ${peer.address}, byte ${at}`, error)
          if (error instanceof Declined) return
          tries += 1
          await sleep(pauseMs)
        }
      }
    } finally {
      if (tries === mostTries) this.#leave(peer.runner)
      await agent.destroy()
    }
  }
}

async function* readRange(
  agent: Agent,
  { address, ticket }: LayerPeer,
  { at, bytes }: { readonly at: number; readonly bytes: number },
): AsyncGenerator<Buffer> {
  const { statusCode, body } = await agent.request({
    ...{ origin: `https://${address}`, path: layerPath, method: 'GET' },
    headers: { authorization: `Bearer ${ticket}`, range: `bytes=${at}-` },
    ...{ headersTimeout: stallMs, bodyTimeout: stallMs },
  })
  if (statusCode !== 206) throw new Declined(`the runner answered with ${statusCode}`)
  const began = now()
  let got = at
  for await (const piece of body as AsyncIterable<Buffer>) {
    got += piece.length
    if (got > bytes) throw new Declined(`the runner sent more than ${bytes} bytes`)
    const ms = now() - began
    if (ms > slowAfterMs && got - at < ms * leastBytesPerMs)
      throw new Declined(`the runner sent ${got - at} bytes in ${ms} ms`)
    yield piece
  }
}

function noteIn(notes: Map<string, Set<string>>, layer: string, runner: string): void {
  const known = notes.get(layer) ?? new Set()
  notes.delete(layer)
  notes.set(layer, known.add(runner))
  const [oldest] = notes.size > mostLayers ? notes.keys() : []
  if (oldest !== undefined) notes.delete(oldest)
}
