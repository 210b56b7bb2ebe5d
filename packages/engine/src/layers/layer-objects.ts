import type { Readable } from 'node:stream'
import type { LayerPlace } from '../store.ts'
import type { LayerObject } from './layer.ts'
import type { LocatedParts, ObjectPart, PartTarget, WrittenPart } from './layer-port.ts'

/**
 * Stores the bytes of layers in parts. The owner of the engine provides it; objects of one place
 * are invisible to other places.
 */
export interface LayerObjects {
  /** Absent if runners cannot reach the store. */
  readonly direct?: DirectObjects
  /**
   * Returns the number of the object's first parts that are stored; null when the object is
   * complete and verified.
   */
  parts(place: LayerPlace, object: LayerObject): Promise<number | null>
  /** Stores a part; does nothing if the store has it. Fails for a part of another size. */
  put(place: LayerPlace, digest: string, index: number, bytes: Uint8Array): Promise<void>
  /**
   * Reads all parts back. Returns whether SHA-256 and size are right, which completes the object.
   * Drops the parts otherwise.
   */
  complete(place: LayerPlace, object: LayerObject): Promise<boolean>
  /** Streams a whole object from a byte on. */
  open(place: LayerPlace, digest: string, from: number): Readable
}

/** See `DirectLayers`. */
export interface DirectObjects {
  locate(place: LayerPlace, digest: string, from: number): Promise<Omit<LocatedParts, 'bytes'>>
  target(place: LayerPlace, part: ObjectPart): Promise<PartTarget | null>
  arrived(place: LayerPlace, part: ObjectPart, written: WrittenPart): Promise<void>
}
