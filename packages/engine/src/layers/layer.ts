/** Describes layers of snapshots that travel between the machines of runners. */
import type { LayerBlob } from '@harmont/sandbox'

/** An EROFS image, or an archive, compressed by zstd. A runner names those that it takes. */
export type LayerForm = LayerBlob['form']

/** All but the last part of an object have this size. */
export const layerPartBytes = 8 * 1024 * 1024

export type { LayerBlob, LayerObject, TravellingLayer } from '@harmont/sandbox'

/** Tells which layers a runner gives and takes. */
export interface LayerTraffic {
  /** Best first; none for a runner that gives and takes nothing. */
  readonly forms: readonly LayerForm[]
  /** Digest of its base `host`, which no other machine can have; null without one. */
  readonly host: string | null
}

export const noTraffic: LayerTraffic = { forms: [], host: null }

/** A snapshot that the server wants to keep, because a job elsewhere starts from it. */
export interface WantedSnapshot {
  readonly snapshot: string
  readonly form: LayerForm
  /** Nobody waits for it yet. */
  readonly ahead?: boolean
}

/** The parts of an object that the server has. */
export interface LackingObject {
  readonly digest: string
  readonly parts: number
}

/** The server wants nothing of this snapshot from this runner, or no more. */
export class NotWanted extends Error {
  override readonly name = 'NotWanted'
}
