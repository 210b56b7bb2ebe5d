/**
 * Moves layers between the machines of runners: the server stores them, and directs runners to
 * peers that have them.
 */
import type { Readable } from 'node:stream'
import type { LeaseRef } from '../store.ts'
import type { LackingObject, LayerForm, TravellingLayer, WantedSnapshot } from './layer.ts'
import type { PeerAddress } from './peers.ts'

/**
 * Sends a runner's layers to the server, and fetches others from it. Calls about a snapshot to send
 * reject with `NotWanted` unless the server wants it from this runner.
 */
export interface LayerPort {
  /** Absent if only the server reaches its store, and on the runner's side of the wire. */
  readonly direct?: DirectLayers
  /** Absent if nobody signs tickets, and on the runner's side of the wire. */
  readonly peers?: PeerLayers
  /**
   * Calls the listener for each snapshot that the server wants from this runner. `renew` repeats
   * the call until the snapshot is stored or refused. Returns a function that unsubscribes.
   */
  onWanted(listener: (wanted: WantedSnapshot) => void): () => void
  /**
   * Returns the layers of a snapshot that the server lacks. Returns none if the snapshot is stored.
   */
  offer(wanted: WantedSnapshot, layers: readonly string[]): Promise<readonly string[]>
  /**
   * Describes one layer that the server lacks; called for the lowest layers first and for the
   * snapshot's own layer last. Returns the incomplete objects of the layer; called before the first
   * part and after the last one. Returns none if SHA-256 and sizes are right; the layer is then
   * stored. Drops the parts of an object whose digest is wrong. May be repeated.
   */
  have(wanted: WantedSnapshot, layer: TravellingLayer): Promise<readonly LackingObject[]>
  /** Sends a part of an object, counted from 0. Does nothing for a stored part. */
  putPart(wanted: WantedSnapshot, digest: string, index: number, bytes: Uint8Array): Promise<void>
  /**
   * Reports that a snapshot cannot travel, so it is not requested again. With a lease, reports that
   * the snapshot could not be placed on this runner.
   */
  refuse(snapshot: string, reason: string, lease?: LeaseRef): Promise<void>
  /**
   * Returns the layers of a snapshot that a leased job starts from, lowest first. Returns null when
   * the snapshot is not stored in these forms, or does not belong to the job.
   */
  find(lease: LeaseRef, snapshot: string, forms: readonly LayerForm[]): Promise<readonly TravellingLayer[] | null>
  /** Streams an object of such a snapshot, by default from its beginning. */
  open(lease: LeaseRef, snapshot: string, digest: string, from?: number): Promise<Readable>
  /**
   * Reports that bytes from `open` for a layer were refused. Returns whether other runners sent
   * some of the bytes; they are not used for it again. Absent if all layers come from the server.
   */
  strike?(lease: LeaseRef, snapshot: string, layer: string): Promise<boolean>
  /**
   * Reports that the snapshot is now on this machine, and the milliseconds that fetching took.
   * `fromPeers` is the number of bytes sent by other runners since the last report.
   */
  placed(lease: LeaseRef, snapshot: string, ms: number, fromPeers?: number): Promise<void>
}

/** A part of an object, and the address at which a runner reads it as a framed blob. */
export interface LocatedPart {
  readonly blob: string
  readonly bytes: number
  readonly url: string
}

/** Single-use address to which a runner writes a part as a framed blob. */
export interface PartTarget {
  readonly blob: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Proves that the server chose this blob for this part. */
  readonly receipt: string
}

/**
 * Directs runners to the store of the objects, by addresses that open one blob each and expire
 * soon. Rejects as `LayerPort`.
 */
export interface DirectLayers {
  /**
   * Returns some parts of an object, starting with the one that contains byte `from`, and the
   * offset of the first of them; none beyond the end.
   */
  locate(lease: LeaseRef, snapshot: string, digest: string, from: number): Promise<LocatedParts>
  /** Returns the address to write a part to; null for a stored part. */
  target(wanted: WantedSnapshot, part: ObjectPart): Promise<PartTarget | null>
  /** Records a written part. Fails if the store does not have it in the right size. */
  arrived(wanted: WantedSnapshot, part: ObjectPart, written: WrittenPart): Promise<void>
}

/** A part of an object, counted from 0. */
export interface ObjectPart {
  readonly digest: string
  readonly index: number
  readonly bytes: number
}

export type WrittenPart = Pick<PartTarget, 'blob' | 'receipt'>

export interface LocatedParts {
  /** Size of the object. */
  readonly bytes: number
  readonly start: number
  readonly parts: readonly LocatedPart[]
}

/** A runner that has a layer, with a ticket for one taker and one object of the layer. */
export interface LayerPeer extends PeerAddress {
  readonly runner: string
  readonly ticket: string
}

/** The runners that have an object, least busy first. */
export interface LocatedPeers {
  readonly layer: string
  /** Size of the object. */
  readonly bytes: number
  readonly peers: readonly LayerPeer[]
}

/** Directs a runner to peers that have the files of a leased job. Rejects as `LayerPort`. */
export interface PeerLayers {
  /** Signs the tickets for this runner, which verifies them without asking the server. */
  readonly key: string
  locate(lease: LeaseRef, snapshot: string, digest: string): Promise<LocatedPeers>
  /** Stops directing runners to `runner` for a layer. */
  strike(lease: LeaseRef, snapshot: string, layer: string, runner: string): Promise<void>
}
