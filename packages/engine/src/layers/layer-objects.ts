import type { Readable } from 'node:stream'
import type { LayerPlace } from '../store.ts'
import type { LayerObject } from './layer.ts'
import type { LocatedParts, ObjectPart, PartTarget, WrittenPart } from './layer-port.ts'

/** Keeps the bytes of layers, in parts. The owner of the engine has them; one place never sees another's. */
export interface LayerObjects {
  /** Absent where runners cannot reach the store. */
  readonly direct?: DirectObjects
  /** Returns how many of its first parts are there; null when the object is whole, and checked. */
  parts(place: LayerPlace, object: LayerObject): Promise<number | null>
  /** Keeps a part; does nothing for one that is there. Fails for a part of another size. */
  put(place: LayerPlace, digest: string, index: number, bytes: Uint8Array): Promise<void>
  /**
   * Reads all parts back. Returns whether SHA-256 and size are right: then the object is whole.
   * Otherwise drops the parts.
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
