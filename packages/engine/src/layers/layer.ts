/** Describes layers of snapshots that travel between the machines of runners. */
import type { LayerBlob } from '@harmont/sandbox'

/** An EROFS image, or an archive compressed by zstd. A runner lists the forms that it accepts. */
export type LayerForm = LayerBlob['form']

/** All parts of an object except the last have this size. */
export const layerPartBytes = 8 * 1024 * 1024

export type { LayerBlob, LayerObject, TravellingLayer } from '@harmont/sandbox'

/** Describes the layers that a runner sends and fetches. */
export interface LayerTraffic {
  /** Best form first; empty for a runner that exchanges no layers. */
  readonly forms: readonly LayerForm[]
  /** Digest of the runner's base `host`, which no other machine can have; null without one. */
  readonly host: string | null
}

export const noTraffic: LayerTraffic = { forms: [], host: null }

/** A snapshot that the server wants to store, because a job on another machine starts from it. */
export interface WantedSnapshot {
  readonly snapshot: string
  readonly form: LayerForm
  /** True if no job waits for it yet. */
  readonly ahead?: boolean
}

/** An incomplete object, and the number of parts that the server has. */
export interface LackingObject {
  readonly digest: string
  readonly parts: number
}

/** The server does not want this snapshot from this runner, or no longer wants it. */
export class NotWanted extends Error {
  override readonly name = 'NotWanted'
}
