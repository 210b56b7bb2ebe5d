import { type LayerPort, NotWanted } from '@harmont/engine'
import { leaseToWire } from '../forms.ts'
import { encodeFrame } from '../frames.ts'
import { framedCalls, layerCall } from '../protocol.ts'
import { openStream } from './answer-stream.ts'
import type { Caller, CallTimes } from './caller.ts'
import { WireError } from './transport.ts'
import type { WireLeases } from './wire-leases.ts'

/** A server that reads what it got back is no slower. */
const leastBytesPerMs = 20_000

/** Returns the calls by which snapshots travel. */
export function wireLayers(
  caller: Caller,
  leases: Pick<WireLeases, 'onWanted'>,
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
      const body = Buffer.concat(encodeFrame({ ...wanted, digest, index }, [bytes]))
      await asGiver(() => caller.send(framedCalls.putLayerPart, () => body))
    },
    async refuse(snapshot, reason, lease) {
      await caller.call('layers/refuse', { snapshot, reason, ...(lease && { lease: leaseToWire(lease) }) })
    },
    async find(lease, snapshot, forms) {
      return (await caller.call('layers/find', { lease: leaseToWire(lease), snapshot, forms })).answer.layers
    },
    open(lease, snapshot, digest, from) {
      const patience = { tryMs, stallMs, wholeMs: sourceMs }
      return openStream(caller.transport, layerCall, { lease: leaseToWire(lease), snapshot, digest }, patience, from)
    },
    async placed(lease, snapshot, ms) {
      await caller.call('layers/placed', { lease: leaseToWire(lease), snapshot, ms })
    },
  }
}

/** Makes a call about a snapshot that the server may want no more. */
async function asGiver<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof WireError && error.code === 'not_wanted') throw new NotWanted(error.message)
    throw error
  }
}
