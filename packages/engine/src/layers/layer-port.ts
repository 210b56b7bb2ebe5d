/** How layers travel between the machines of runners: the server keeps them, and leads to runners that have them. */
import type { Readable } from 'node:stream'
import type { LeaseRef } from '../store.ts'
import type { LackingObject, LayerForm, TravellingLayer, WantedSnapshot } from './layer.ts'
import type { PeerAddress } from './peers.ts'

/**
 * Gives a runner's layers to the server, and takes others from there. Calls about a snapshot that it
 * gives reject with `NotWanted` unless the server wants it of this runner.
 */
export interface LayerPort {
  /** Absent where only the server reaches its store, and at a runner's end. */
  readonly direct?: DirectLayers
  /** Absent where nobody signs tickets, and at a runner's end. */
  readonly peers?: PeerLayers
  /**
   * Calls the listener for each snapshot that the server wants of this runner. `renew` repeats it
   * until the snapshot is stored or refused. Returns a function that unsubscribes.
   */
  onWanted(listener: (wanted: WantedSnapshot) => void): () => void
  /** Returns which of the layers of a snapshot the server lacks. Empty: the snapshot is stored. */
  offer(wanted: WantedSnapshot, layers: readonly string[]): Promise<readonly string[]>
  /**
   * Tells all about one layer that the server lacks, lowest layers first, the snapshot's own last.
   * Returns which of its objects are not whole; called before the first part and after the last.
   * Empty: SHA-256 and sizes are right, and the layer is kept. The parts of an object whose digest
   * is wrong are dropped. May be repeated.
   */
  have(wanted: WantedSnapshot, layer: TravellingLayer): Promise<readonly LackingObject[]>
  /** Sends a part of an object, counted from 0. Does nothing for a part that is there. */
  putPart(wanted: WantedSnapshot, digest: string, index: number, bytes: Uint8Array): Promise<void>
  /**
   * Says that a snapshot cannot travel: nobody asks for it again. With a lease the runner is one that
   * could not place it.
   */
  refuse(snapshot: string, reason: string, lease?: LeaseRef): Promise<void>
  /**
   * Returns the layers of a snapshot that a leased job starts from, lowest first. Null when it is not
   * stored in these forms, or not this job's.
   */
  find(lease: LeaseRef, snapshot: string, forms: readonly LayerForm[]): Promise<readonly TravellingLayer[] | null>
  /** Streams an object of such a snapshot, by default from its beginning. */
  open(lease: LeaseRef, snapshot: string, digest: string, from?: number): Promise<Readable>
  /**
   * Says that what `open` gave of a layer was refused. Returns whether other runners gave some of it:
   * it does not come from them again. Absent where it comes from the server alone.
   */
  strike?(lease: LeaseRef, snapshot: string, layer: string): Promise<boolean>
  /**
   * Reports that the snapshot is on this machine now, and how many milliseconds fetching took.
   * `fromPeers`: the bytes that other runners gave since the last report.
   */
  placed(lease: LeaseRef, snapshot: string, ms: number, fromPeers?: number): Promise<void>
}

/** A part of an object, and the address from which a runner reads it as a framed blob. */
export interface LocatedPart {
  readonly blob: string
  readonly bytes: number
  readonly url: string
}

/** Where a runner writes a part as a framed blob, once. */
export interface PartTarget {
  readonly blob: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Proves that the server chose this blob for this part. */
  readonly receipt: string
}

/**
 * Leads runners to the store in which objects are, by addresses that open one blob each and expire
 * soon. Rejects as `LayerPort`.
 */
export interface DirectLayers {
  /**
   * Returns some parts of an object, from the one with byte `from` on, and where the first of them
   * begins; none beyond the end.
   */
  locate(lease: LeaseRef, snapshot: string, digest: string, from: number): Promise<LocatedParts>
  /** Returns where to write a part; null for one that is there already. */
  target(wanted: WantedSnapshot, part: ObjectPart): Promise<PartTarget | null>
  /** Keeps a part that was written. Fails where the store has it not in its size. */
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

/** A runner that has a layer, and the ticket with which it gives one object of it to one taker. */
export interface LayerPeer extends PeerAddress {
  readonly runner: string
  readonly ticket: string
}

/** The runners that have an object, the least busy one first. */
export interface LocatedPeers {
  readonly layer: string
  /** Size of the object. */
  readonly bytes: number
  readonly peers: readonly LayerPeer[]
}

/** Leads a runner to others that have what a leased job starts from. Rejects as `LayerPort`. */
export interface PeerLayers {
  /** Signs the tickets for this runner, which checks them by itself: it asks nobody while it gives. */
  readonly key: string
  locate(lease: LeaseRef, snapshot: string, digest: string): Promise<LocatedPeers>
  /** Leads nobody to this runner for a layer any more. */
  strike(lease: LeaseRef, snapshot: string, layer: string, runner: string): Promise<void>
}
