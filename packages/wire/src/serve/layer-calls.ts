import type { ServerResponse } from 'node:http'
import { NotWanted } from '@harmont/engine'
import type { CallName, LayerPartHead, LayerRequest } from '../protocol.ts'
import type { CallContext } from './call-context.ts'
import { framesOf } from './framed-calls.ts'
import type { Handlers } from './lease-calls.ts'
import { Refused } from './refused.ts'
import { sendStream } from './send-archive.ts'

export type LayerCall = Extract<CallName, `layers/${string}`>

/** Calls that transfer layers. A runner's port decides which layers it may send and receive. */
export const layerCalls: Handlers<LayerCall> = {
  async 'layers/offer'(context, { snapshot, form, layers: ids }) {
    const lacking = await context.exchange((layers) => layers.offer({ snapshot, form }, ids))
    return () => ({ lacking })
  },

  async 'layers/have'(context, { snapshot, form, layer }) {
    if (layer.layers[0] !== layer.id)
      throw new Refused(400, 'bad_request', 'The list of layers does not begin with the layer itself.')
    const lacking = await context.exchange((layers) => layers.have({ snapshot, form }, layer))
    return () => ({ lacking })
  },

  async 'layers/refuse'(context, { snapshot, reason, lease }) {
    await context.exchange(async (layers) => {
      if (lease === undefined) await layers.refuse(snapshot, reason)
      else await context.ifHeld(lease, undefined, () => layers.refuse(snapshot, reason, lease))
    })
    return () => ({})
  },

  async 'layers/find'(context, { lease, snapshot, forms }) {
    const found = await context.exchange((layers) =>
      context.ifHeld(lease, null, () => layers.find(lease, snapshot, forms)),
    )
    return () => ({ layers: found })
  },

  async 'layers/locate'(context, { lease, snapshot, digest, from }) {
    const located = await context.exchange(async ({ direct }) =>
      direct === undefined ? null : context.ifHeld(lease, null, () => direct.locate(lease, snapshot, digest, from)),
    )
    return () => ({ located })
  },

  async 'layers/peers'(context, { lease, snapshot, digest }) {
    const located = await context.exchange(async ({ peers }) =>
      peers === undefined ? null : context.ifHeld(lease, null, () => peers.locate(lease, snapshot, digest)),
    )
    return () => ({ located })
  },

  async 'layers/struck'(context, { lease, snapshot, layer, runner }) {
    await context.exchange(async ({ peers }) =>
      context.ifHeld(lease, undefined, async () => peers?.strike(lease, snapshot, layer, runner)),
    )
    return () => ({})
  },

  async 'layers/target'(context, { snapshot, form, part }) {
    const target = await context.exchange(
      async ({ direct }) => (await direct?.target({ snapshot, form }, part)) ?? null,
    )
    return () => ({ target })
  },

  async 'layers/arrived'(context, { snapshot, form, part, written }) {
    await context.exchange(async ({ direct }) => {
      if (direct === undefined) throw new NotWanted('Parts of layers must be sent through this server.')
      await direct.arrived({ snapshot, form }, part, written)
    })
    return () => ({})
  },

  async 'layers/placed'(context, { lease, snapshot, ms, fromPeers }) {
    await context.exchange((layers) =>
      context.ifHeld(lease, undefined, () => layers.placed(lease, snapshot, ms, fromPeers)),
    )
    return () => ({})
  },
}

export async function putLayerPart(context: CallContext, body: Buffer): Promise<object> {
  const [frame, ...others] = framesOf(context, 'layers/upload', body)
  if (frame === undefined || others.length > 0) throw new Refused(400, 'bad_request', 'The body is not one frame.')
  const { snapshot, form, digest, index } = frame.head as LayerPartHead
  await context.exchange((layers) => layers.putPart({ snapshot, form }, digest, index, frame.bytes))
  return {}
}

/** Streams an object of a layer for a job that starts from it, beginning at an offset. */
export async function sendLayer(
  context: CallContext,
  { lease, snapshot, digest, from }: LayerRequest,
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  stallMs: number,
): Promise<void> {
  const object = await context.exchange((layers) =>
    context.ifHeld(lease, null, () => layers.open(lease, snapshot, digest, from)),
  )
  if (object === null) throw new Refused(403, 'not_held', 'The runner does not hold this job.')
  await sendStream(context, object, response, headers, stallMs)
}
