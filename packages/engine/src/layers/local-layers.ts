import type { Readable } from 'node:stream'
import type { Build } from '../core/model.ts'
import { neededFiles } from '../core/placement/homes.ts'
import { defaultPool, type Reach } from '../core/placement/reach.ts'
import { isHeld, isNewestLease } from '../core/states.ts'
import type { Log } from '../log.ts'
import type { LeaseRef } from '../port.ts'
import type { AskedSnapshot, BuildContext, LayerPlace, LayerStore, Store, StoredSnapshot } from '../store.ts'
import type { EngineWatch } from '../watch.ts'
import {
  type LackingObject,
  type LayerForm,
  type LayerObject,
  layerPartBytes,
  NotWanted,
  type TravellingLayer,
  type WantedSnapshot,
} from './layer.ts'
import type { DirectObjects, LayerObjects } from './layer-objects.ts'
import type { DirectLayers, LayerPort, LocatedPeers, PeerLayers } from './layer-port.ts'
import { signTicket, ticketKey, ticketMs } from './peers.ts'
import { plannedSecrets, secretNamesOf, slotOfSnapshot } from './taint.ts'

export interface LocalLayersOptions {
  readonly store: Pick<Store, 'builds' | 'changes' | 'now'>
  readonly layers: LayerStore
  readonly objects: LayerObjects
  /** The runner of this port, and the jobs that it may take. */
  readonly runner: string
  readonly reach: Reach
  /** Whether the runner gets secrets. If not, its files contain none. */
  readonly getsSecrets: boolean
  /** Returns whether a build has all secrets of these names. */
  readonly mayHave: (buildId: string, names: readonly string[]) => Promise<boolean>
  /** Signs the tickets for peers; absent if runners do not take layers from each other. */
  readonly ticketSecret?: string
  readonly log: Log
  /** Absent if layer transfers are not counted. */
  readonly watch?: Pick<EngineWatch, 'layerMoved'>
}

type Loaded = { readonly build: Build; readonly context: BuildContext }

/**
 * Exchanges layers for one runner. Sends the layers that the server wants, and fetches those that
 * the runner's jobs start from.
 */
export class LocalLayers implements LayerPort {
  readonly direct?: DirectLayers
  readonly peers?: PeerLayers
  readonly #options: LocalLayersOptions
  readonly #listeners = new Set<(wanted: WantedSnapshot) => void>()

  constructor(options: LocalLayersOptions) {
    this.#options = options
    const { direct } = options.objects
    if (direct !== undefined) this.direct = this.#leadTo(direct)
    if (options.ticketSecret !== undefined) this.peers = this.#leadToPeers(options.ticketSecret)
  }

  onWanted(listener: (wanted: WantedSnapshot) => void): () => void {
    const { store, runner } = this.#options
    this.#listeners.add(listener)
    const unsubscribe = store.changes.onWanted((id) => {
      if (id === runner) void this.tellWanted()
    })
    return () => {
      this.#listeners.delete(listener)
      unsubscribe()
    }
  }

  /**
   * Notifies the listeners of snapshots that the server wants from the runner. A failure only costs
   * time, because renewals repeat the call.
   */
  async tellWanted(): Promise<void> {
    const { layers, runner, log } = this.#options
    try {
      const all = await layers.wantedOf(runner)
      for (const listener of this.#listeners) for (const wanted of all) listener(wanted)
    } catch (error) {
      log('warn', 'could not read the wanted snapshots', error)
    }
  }

  async offer(wanted: WantedSnapshot, ids: readonly string[]): Promise<readonly string[]> {
    const asked = await this.#asked(wanted)
    if (!ids.includes(wanted.snapshot)) throw new NotWanted('The layers do not include that of the snapshot itself.')
    return this.#options.layers.lacking(wanted, asked, ids)
  }

  async have(wanted: WantedSnapshot, layer: TravellingLayer): Promise<readonly LackingObject[]> {
    const asked = await this.#asked(wanted)
    const { objects, layers } = this.#options
    const { digest, blobBytes: bytes } = layer.blob
    const lacking: LackingObject[] = []
    for (const object of [{ digest, bytes }, ...(layer.source === null ? [] : [layer.source])]) {
      const parts = await objects.parts(asked, object)
      if (parts === null) continue
      const isThere = parts >= Math.ceil(object.bytes / layerPartBytes)
      if (!isThere) lacking.push({ digest: object.digest, parts })
      else if (!(await objects.complete(asked, object))) lacking.push({ digest: object.digest, parts: 0 })
    }
    if (lacking.length === 0) {
      const taint = await this.#taintOf(asked, wanted, layer)
      await layers.keep(wanted, asked, layer, { giver: this.#options.runner, taint })
    }
    return lacking
  }

  async putPart(wanted: WantedSnapshot, digest: string, index: number, bytes: Uint8Array): Promise<void> {
    const { objects, watch } = this.#options
    await objects.put(await this.#asked(wanted), digest, index, bytes)
    watch?.layerMoved('stored', bytes.length)
  }

  async refuse(snapshot: string, reason: string, lease?: LeaseRef): Promise<void> {
    const { layers, runner, log } = this.#options
    const isAsked = (await layers.wantedOf(runner)).some((wanted) => wanted.snapshot === snapshot)
    if (lease === undefined ? !isAsked : (await this.#placeOf(lease, snapshot)) === null)
      throw new NotWanted('The snapshot is not wanted from this runner.')
    log('warn', `the snapshot ${snapshot} stays where it was made: ${reason}`)
    await layers.refuse(snapshot, reason)
  }

  async find(
    lease: LeaseRef,
    snapshot: string,
    forms: readonly LayerForm[],
  ): Promise<readonly TravellingLayer[] | null> {
    return (await this.#find(lease, snapshot, forms))?.stored.layers ?? null
  }

  async open(lease: LeaseRef, snapshot: string, digest: string, from = 0): Promise<Readable> {
    const { place, object } = await this.#objectOf(lease, snapshot, digest)
    this.#options.watch?.layerMoved('fetched', Math.max(object.bytes - from, 0))
    return this.#options.objects.open(place, digest, from)
  }

  async placed(lease: LeaseRef, snapshot: string, ms: number, fromPeers = 0): Promise<void> {
    const { layers, runner, watch } = this.#options
    if ((await this.#placeOf(lease, snapshot)) === null) return
    if (fromPeers > 0) watch?.layerMoved('fetched_from_peers', fromPeers)
    await layers.placed(runner, snapshot, ms)
  }

  #leadTo(direct: DirectObjects): DirectLayers {
    const { watch } = this.#options
    return {
      locate: async (lease, snapshot, digest, from) => {
        const { place, object } = await this.#objectOf(lease, snapshot, digest)
        const located = await direct.locate(place, digest, from)
        watch?.layerMoved('fetched_directly', located.start + sizeOf(located.parts) - from)
        return { ...located, bytes: object.bytes }
      },
      target: async (wanted, part) => direct.target(await this.#asked(wanted), part),
      arrived: async (wanted, part, written) => {
        await direct.arrived(await this.#asked(wanted), part, written)
        watch?.layerMoved('stored_directly', part.bytes)
      },
    }
  }

  #leadToPeers(secret: string): PeerLayers {
    const { layers, runner, store } = this.#options
    return {
      key: ticketKey(secret, runner),
      locate: async (lease, snapshot, digest): Promise<LocatedPeers> => {
        const { place, object, layer } = await this.#objectOf(lease, snapshot, digest)
        const now = store.now()
        const found = await layers.holders(runner, place.pool, layer, now)
        const ticketFor = (giver: string, taker: string) =>
          signTicket(ticketKey(secret, giver), { layer, digest, taker, until: now + ticketMs })
        const peers = (found?.holders ?? []).map((one) => ({
          ...one,
          ticket: ticketFor(one.runner, found?.taker ?? ''),
        }))
        return { layer, bytes: object.bytes, peers }
      },
      strike: async (lease, snapshot, layer, giver) => {
        const found = await this.#find(lease, snapshot, ['erofs', 'tar'])
        if (found?.stored.layers.some(({ id }) => id === layer) !== true)
          throw new NotWanted('The layer is none that this job starts from.')
        this.#options.log('warn', `the runner ${runner} got a layer ${layer} from ${giver} that was refused`)
        await layers.strike(giver, layer)
      },
    }
  }

  /** Returns an object of a snapshot that a leased job starts from. Throws `NotWanted`. */
  async #objectOf(
    lease: LeaseRef,
    snapshot: string,
    digest: string,
  ): Promise<{ readonly object: LayerObject; readonly layer: string; readonly place: LayerPlace }> {
    const found = await this.#find(lease, snapshot, ['erofs', 'tar'])
    const object = found?.stored.layers
      .flatMap(({ id: layer, blob, source }) => [
        { layer, digest: blob.digest, bytes: blob.blobBytes },
        ...(source === null ? [] : [{ layer, ...source }]),
      ])
      .find((one) => one.digest === digest)
    if (!found || object === undefined) throw new NotWanted('The object belongs to no layer that this job starts from.')
    return { object, layer: object.layer, place: found.place }
  }

  async #asked(wanted: WantedSnapshot): Promise<AskedSnapshot> {
    const { layers, runner } = this.#options
    const asked = await layers.asked(runner, wanted)
    if (asked === null) throw new NotWanted('The snapshot is not wanted from this runner.')
    return asked
  }

  async #find(
    lease: LeaseRef,
    snapshot: string,
    forms: readonly LayerForm[],
  ): Promise<{ readonly stored: StoredSnapshot; readonly place: LayerPlace } | null> {
    const { layers, getsSecrets, mayHave } = this.#options
    const place = await this.#placeOf(lease, snapshot)
    const stored = place && (await layers.find(place, snapshot, forms))
    if (place === null || stored === null) return null
    if (stored.taint.length > 0 && !(getsSecrets && (await mayHave(lease.buildId, stored.taint)))) return null
    return { stored, place }
  }

  /**
   * Returns the place in which the snapshot is shared; null when the leased job does not start from
   * it.
   */
  async #placeOf(lease: LeaseRef, snapshot: string): Promise<LayerPlace | null> {
    const { reach, store } = this.#options
    const known = await store.builds.known(lease.buildId)
    // Another process may have granted the lease.
    const { build } = known && startsFrom(known.build, lease, snapshot) ? known : await this.#load(lease.buildId)
    return startsFrom(build, lease, snapshot) ? { queue: build.queue, pool: reach.pool ?? defaultPool } : null
  }

  /**
   * Returns the secrets that may be in a layer: those of the step that made it or, if that is
   * unknown, of the snapshot's step or of the whole build.
   */
  async #taintOf(
    { buildId, jobId }: AskedSnapshot,
    { snapshot }: WantedSnapshot,
    { id }: TravellingLayer,
  ): Promise<readonly string[]> {
    const { build, context } = await this.#load(buildId)
    // The steps of the build got no secrets.
    if (context.trust === 'fork' || !this.#options.getsSecrets) return []
    const asked = build.jobs.find((job) => job.id === jobId)?.step ?? undefined
    const slot = slotOfSnapshot(build, id) ?? slotOfSnapshot(build, snapshot) ?? asked
    return slot === undefined ? secretNamesOf(build) : plannedSecrets(build, slot)
  }

  async #load(buildId: string): Promise<Loaded> {
    const loaded = await this.#options.store.builds.load(buildId)
    if (loaded === undefined) throw new Error(`there is no build ${buildId}`)
    return loaded
  }
}

/** Returns whether a build has this lease and the job starts from the snapshot. */
function startsFrom(build: Build, { jobId, ...lease }: LeaseRef, snapshot: string): boolean {
  const job = build.jobs.find(({ id }) => id === jobId)
  if (job === undefined || job.step === null || !isNewestLease(job, lease) || !isHeld(job.state)) return false
  return neededFiles(build, job.step).some((file) => file.snapshot === snapshot)
}

function sizeOf(parts: readonly { readonly bytes: number }[]): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0)
}
