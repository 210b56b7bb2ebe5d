import type { Readable } from 'node:stream'
import { type LayerExchange, now, SandboxError, type TravellingLayer } from '@harmont/sandbox'
import { layerPartBytes, NotWanted, type WantedSnapshot } from '../../layers/layer.ts'
import type { LayerPort } from '../../layers/layer-port.ts'
import type { Log } from '../../log.ts'
import type { InHand } from '../in-hand.ts'
import { WantedQueue } from './wanted-queue.ts'

export interface LayerPublisherOptions {
  readonly port: LayerPort
  readonly exchange: LayerExchange
  readonly inHand: Pick<InHand, 'snapshots'>
  readonly log: Log
}

/** The server repeats its requests every few seconds. */
const pauseAfterFailureMs = 10_000
/** Number of attempts to make and send a layer whose bytes arrive corrupted. */
const mostTries = 3

/**
 * Sends requested snapshots of this runner one after the other, because each keeps a processor
 * busy.
 */
export class LayerPublisher {
  readonly #options: LayerPublisherOptions
  readonly #wanted = new WantedQueue()
  /** Earliest time for another attempt at a snapshot that could not be sent. */
  readonly #notBefore = new Map<string, number>()
  #unsubscribe: () => void = () => undefined
  #working: Promise<void> | undefined
  #stopped = false

  constructor(options: LayerPublisherOptions) {
    this.#options = options
  }

  start(): void {
    this.#unsubscribe = this.#options.port.onWanted((wanted) => this.#add(wanted))
  }

  /** Stops after the current call. The next process continues. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#unsubscribe()
    await this.#working
  }

  #add(wanted: WantedSnapshot): void {
    const { snapshot } = wanted
    if (this.#stopped || (this.#notBefore.get(snapshot) ?? 0) > now()) return
    this.#notBefore.delete(snapshot)
    this.#wanted.add(wanted)
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    const { inHand, log } = this.#options
    for (let wanted = this.#wanted.next(); wanted !== undefined && !this.#stopped; wanted = this.#wanted.next()) {
      const { snapshot } = wanted
      const release = inHand.snapshots.claim(snapshot)
      try {
        await this.#publish(wanted)
      } catch (error) {
        log('warn', `could not send the files of snapshot ${snapshot} to the server; trying again`, error)
        this.#notBefore.set(snapshot, now() + pauseAfterFailureMs)
      } finally {
        release()
        this.#wanted.remove(snapshot)
      }
    }
  }

  async #publish(wanted: WantedSnapshot): Promise<void> {
    const { port, exchange, log } = this.#options
    const { snapshot, form, ahead = false } = wanted
    try {
      for (const id of await port.offer(wanted, await exchange.layersOf(snapshot)))
        for (
          let left = mostTries;
          !(await this.#send(wanted, await exchange.pack(id, form, ahead ? 'ahead' : 'now')));
        ) {
          left -= 1
          if (left === 0) throw new SandboxError('snapshot_failed', `the layer ${id} does not arrive unchanged`)
          // The copy on this machine's disk may be damaged.
          await exchange.forget(id)
        }
    } catch (error) {
      if (error instanceof NotWanted) return
      if (!(error instanceof SandboxError)) throw error
      log('warn', `the files of snapshot ${snapshot} stay on this runner`, error)
      await port.refuse(snapshot, error.message.slice(0, 1_000))
    }
  }

  /** Returns whether the server has the layer afterwards. */
  async #send(wanted: WantedSnapshot, layer: TravellingLayer): Promise<boolean> {
    const { port, exchange } = this.#options
    const lacking = await port.have(wanted, layer)
    for (const { digest, parts } of lacking) {
      let index = parts
      for await (const part of inParts(await exchange.read(layer, digest, parts * layerPartBytes))) {
        if (this.#stopped) throw new Error('this runner stops')
        await port.putPart(wanted, digest, index, part)
        index += 1
      }
    }
    return lacking.length === 0 || (await port.have(wanted, layer)).length === 0
  }
}

/** Cuts bytes into parts. An empty object has one part. */
async function* inParts(bytes: Readable): AsyncGenerator<Uint8Array> {
  const part = Buffer.allocUnsafe(layerPartBytes)
  let [filled, count] = [0, 0]
  for await (const piece of bytes as AsyncIterable<Buffer>) {
    for (let at = 0; at < piece.length; ) {
      const copied = piece.copy(part, filled, at)
      filled += copied
      at += copied
      if (filled < part.length) continue
      yield part
      count += 1
      filled = 0
    }
  }
  if (filled > 0 || count === 0) yield part.subarray(0, filled)
}
