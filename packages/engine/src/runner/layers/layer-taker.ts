import { Readable } from 'node:stream'
import {
  isScarcity,
  type LayerExchange,
  type LayerObject,
  LayerRefused,
  now,
  SandboxError,
  type Snapshot,
  type TravellingLayer,
} from '@harmont/sandbox'
import type { LayerPort } from '../../layers/layer-port.ts'
import { findLoginOf } from '../base.ts'
import { Abandoned, LeaseLost, StopAsked } from '../held-lease.ts'
import { type JobContext, LayersUnavailable, type SnapshotTaker } from '../job-context.ts'
import { isForWantOfRoom, persist } from '../retry.ts'

/** Number of attempts to fetch a layer whose bytes are wrong. */
const mostTries = 3

/** The server could not be reached for an object. */
class TransferFailed extends Error {
  override readonly name = 'TransferFailed'
}

/** Fetches snapshots that other runners made, each layer once for all jobs that start from it. */
export class LayerTaker implements SnapshotTaker {
  readonly #port: LayerPort
  readonly #exchange: LayerExchange
  readonly #sources: string
  /** Layers that are being fetched, by id. */
  readonly #arriving = new Map<string, Promise<void>>()

  /** @param sources directory of source trees. */
  constructor(port: LayerPort, exchange: LayerExchange, sources: string) {
    this.#port = port
    this.#exchange = exchange
    this.#sources = sources
  }

  /** See `snapshotHere`. */
  async take(context: JobContext, id: string): Promise<Snapshot | undefined> {
    const { lease, options } = context
    const { forms } = this.#exchange
    const layers = await lease.whileWanted(() => this.#ask(context, () => this.#port.find(lease.job, id, forms)))
    if (layers === null) return undefined
    for (const layer of layers) context.claim(layer.id)
    const beganAt = now()
    try {
      await this.#tell(context, layers)
      for (const layer of layers) await lease.whileWanted(() => this.#obtain(context, id, layer))
    } catch (error) {
      throw await this.#unavailable(context, id, error)
    }
    await this.#ask(context, () => this.#port.placed(lease.job, id, now() - beganAt))
    return options.driver.snapshots.get(id)
  }

  async #tell({ options, log }: JobContext, layers: readonly TravellingLayer[]): Promise<void> {
    const { snapshots } = options.driver
    let bytes = 0
    for (const { id, blob } of layers) if ((await snapshots.get(id)) === undefined) bytes += blob.blobBytes
    log.remark(`fetching ${(bytes / 1e6).toFixed(1)} MB of files that another runner made`)
  }

  /** Calls the server, and retries for some minutes while it is unreachable. */
  #ask<T>({ options, settings, lease }: JobContext, call: () => Promise<T>): Promise<T> {
    return persist(call, {
      signal: lease.signal,
      giveUpMs: settings.sourceGiveUpMs,
      onFailure: (error) => options.log('warn', `job ${lease.job.jobId}: could not request its files`, error),
    })
  }

  /** Fetches a layer, or waits until another job has fetched it. */
  async #obtain(context: JobContext, snapshot: string, layer: TravellingLayer): Promise<void> {
    const { options } = context
    for (let tries = 0; (await options.driver.snapshots.get(layer.id)) === undefined; ) {
      const other = this.#arriving.get(layer.id)
      if (other !== undefined) {
        await other.catch(() => undefined)
        continue
      }
      const arriving = this.#fetch(context, snapshot, layer).finally(() => this.#arriving.delete(layer.id))
      this.#arriving.set(layer.id, arriving)
      try {
        await arriving
      } catch (error) {
        if (!(error instanceof LayerRefused)) throw error
        const wasFromPeers = (await this.#port.strike?.(context.lease.job, snapshot, layer.id)) === true
        if (!wasFromPeers) tries += 1
        if (tries === mostTries) throw error
        options.log('warn', `${error.message}; asking for it again`)
      }
    }
  }

  async #fetch(context: JobContext, snapshot: string, layer: TravellingLayer): Promise<void> {
    const open = async ({ digest }: LayerObject): Promise<Readable> => {
      try {
        return Readable.from(arriving(await this.#port.open(context.lease.job, snapshot, digest)))
      } catch (cause) {
        throw new TransferFailed(`could not open ${digest}`, { cause })
      }
    }
    await this.#obtainImage(context, layer)
    const got = await this.#ask(context, async () => {
      try {
        await this.#exchange.import(layer, { sources: this.#sources, open })
        return null
      } catch (error) {
        if (error instanceof TransferFailed) throw error
        return { error }
      }
    })
    if (got !== null) throw got.error
  }

  /** Ensures that the image below a layer is on this machine. */
  async #obtainImage(context: JobContext, { imageDigest, imageNames }: TravellingLayer): Promise<void> {
    const { options, lease, log, inHand } = context
    inHand.images.use(imageDigest)
    if (await this.#exchange.hasImage(imageDigest)) return
    const tell = (sentence: string) => {
      if (lease.stopReason === null && !lease.signal.aborted) log.remark(sentence)
    }
    for (const name of imageNames)
      if ((await options.driver.resolveImage(name, tell, lease.job.queue, findLoginOf(context))).digest === imageDigest)
        return
    throw new SandboxError('image_unavailable', `This machine has a different image ${imageNames.join(', ')}.`)
  }

  /**
   * Returns the error to throw for a layer that could not be fetched. Tells the server if the layer
   * can never be placed here.
   */
  async #unavailable(context: JobContext, id: string, error: unknown): Promise<unknown> {
    if (error instanceof LeaseLost || error instanceof Abandoned || error instanceof StopAsked) return error
    if (isScarcity(error) || isForWantOfRoom(error)) return error
    const { options, lease } = context
    const why = error instanceof Error ? error.message : String(error)
    options.log('warn', `job ${lease.job.jobId}: could not fetch the files of snapshot ${id}`, error)
    if (!(error instanceof TransferFailed))
      await this.#ask(context, () => this.#port.refuse(id, why.slice(0, 1_000), lease.job))
    return new LayersUnavailable('The files that this step starts from could not be brought here.', { cause: error })
  }
}

/** Yields the bytes of an object. A broken stream counts as a failed transfer. */
async function* arriving(bytes: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes
  } catch (cause) {
    throw new TransferFailed(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
