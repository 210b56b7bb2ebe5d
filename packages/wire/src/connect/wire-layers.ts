import { Readable } from 'node:stream'
import { type LayerPort, type LeaseRef, NotWanted } from '@harmont/engine'
import { leaseToWire } from '../forms.ts'
import { encodeFrame } from '../frames.ts'
import type { LayerTransfer } from '../peers/take-layers.ts'
import { framedCalls, layerCall } from '../protocol.ts'
import { openStream } from './answer-stream.ts'
import type { Caller, CallTimes } from './caller.ts'
import type { DirectTransfer } from './direct-transfer.ts'
import { WireError } from './transport.ts'
import type { WireLeases } from './wire-leases.ts'

/** Minimum rate at which a server reads the received bytes back. */
const leastBytesPerMs = 20_000

/** Returns the calls that transfer snapshots. */
export function wireLayers(
  caller: Caller,
  leases: Pick<WireLeases, 'onWanted'>,
  { direct, peers }: { readonly direct: DirectTransfer; readonly peers: LayerTransfer | undefined },
  { tryMs, wholeMs, stallMs, sourceMs }: CallTimes & { readonly stallMs: number; readonly sourceMs: number },
): LayerPort {
  return {
    onWanted: (listener) => leases.onWanted(listener),
    async offer(wanted, layers) {
      return (await asGiver(() => caller.call('layers/offer', { ...wanted, layers }))).answer.lacking
    },
    async have(wanted, layer) {
      const checkMs = layer.blob.blobBytes / leastBytesPerMs
      const times = { tryMs: tryMs + checkMs, wholeMs: wholeMs + checkMs }
      return (await asGiver(() => caller.call('layers/have', { ...wanted, layer }, times))).answer.lacking
    },
    async putPart(wanted, digest, index, bytes) {
      const part = { digest, index, bytes: bytes.length }
      if (await asGiver(() => direct.write(wanted, part, bytes))) return
      const body = Buffer.concat(encodeFrame({ ...wanted, digest, index }, [bytes]))
      await asGiver(() => caller.send(framedCalls.putLayerPart, () => body))
    },
    async refuse(snapshot, reason, lease) {
      await caller.call('layers/refuse', { snapshot, reason, ...(lease && { lease: leaseToWire(lease) }) })
    },
    async find(lease, snapshot, forms) {
      return (await caller.call('layers/find', { lease: leaseToWire(lease), snapshot, forms })).answer.layers
    },
    async open(lease, snapshot, digest, from = 0) {
      const patience = { tryMs, stallMs, wholeMs: sourceMs }
      const rest = (at: number) =>
        openStream(caller.transport, layerCall, { lease: leaseToWire(lease), snapshot, digest }, patience, at)
      const wanted = { lease, snapshot, digest }
      const kept = (at: number) => direct.read(wanted, at, rest)
      // The origin of bytes is recorded for whole objects only.
      const bytes = peers === undefined || from > 0 ? kept(from) : peers.read(wanted, kept)
      const first = await bytes.next()
      return Readable.from(afterFirst(first, bytes), { objectMode: false })
    },
    ...(peers && {
      strike: (lease: LeaseRef, snapshot: string, layer: string) => peers.strike(lease, snapshot, layer),
    }),
    async placed(lease, snapshot, ms) {
      const fromPeers = peers?.takeCount() ?? 0
      const counted = fromPeers > 0 ? { fromPeers } : {}
      await caller.call('layers/placed', { lease: leaseToWire(lease), snapshot, ms, ...counted })
    },
  }
}

/** Yields the first piece, which proves that there are bytes, and then the others. */
async function* afterFirst(first: IteratorResult<Buffer>, others: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (first.done === true) return
  yield first.value
  yield* others
}

/** Makes a call about a snapshot that the server may no longer want. */
async function asGiver<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof WireError && error.code === 'not_wanted') throw new NotWanted(error.message)
    throw error
  }
}
