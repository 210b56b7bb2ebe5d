/** How layers travel between the machines of runners: by way of the server, which keeps them. */
import type { Readable } from 'node:stream'
import type { LeaseRef } from '../store.ts'
import type { LackingObject, LayerForm, TravellingLayer, WantedSnapshot } from './layer.ts'

/**
 * Gives a runner's layers to the server, and takes others from there. Calls about a snapshot that it
 * gives reject with `NotWanted` unless the server wants it of this runner.
 */
export interface LayerPort {
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
  /** Sends a part of an object, counted from 0. One that is there already changes nothing. */
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
  /** Reports that the snapshot is on this machine now, after so many milliseconds of fetching. */
  placed(lease: LeaseRef, snapshot: string, ms: number): Promise<void>
}
