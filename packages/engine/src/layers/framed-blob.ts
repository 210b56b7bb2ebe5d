/**
 * Format of a blob in an object: frames of 64 KiB, each followed by a checksum. S3 verifies the
 * bytes that it receives but not its answers, and returns no checksum for a range of an object.
 * With frames, every range is verified before the caller gets a byte of it. The checksum covers
 * blob, position and end, so that it also detects bytes of another position or object, and a
 * truncated object.
 */
import { crc32 } from 'node:zlib'

export const frameContent = 64 * 1024
const sumBytes = 4
const frameBytes = frameContent + sumBytes

/** Bytes of an answer are missing or wrong. */
export class Damaged extends Error {
  override readonly name = 'Damaged'
}

/** Returns the size of the object of a blob. */
export function objectBytes(size: number): number {
  return size + sumBytes * framesOf(size)
}

/** Returns the size of the blob in an object. Throws for an object that we did not write. */
export function blobBytes(objectSize: number): number {
  const frames = Math.ceil(objectSize / frameBytes)
  const size = objectSize - sumBytes * frames
  if (size < 0 || framesOf(size) !== frames) throw new Damaged(`the object of a blob cannot have ${objectSize} bytes`)
  return size
}

/** Returns the number of frames; even an empty blob has one. */
function framesOf(size: number): number {
  return Math.max(1, Math.ceil(size / frameContent))
}

/** Returns the byte range in an object of the frames that contain these bytes of its blob. */
export function framesAround({ start, end }: { readonly start: number; readonly end: number }) {
  const first = Math.floor(start / frameContent)
  const last = Math.ceil(end / frameContent)
  return { first, start: first * frameBytes, end: last * frameBytes }
}

/** A blob whose size is known. */
export interface SizedBlob {
  readonly name: string
  readonly size: number
}

/**
 * Returns the frames of a blob from the one that begins at byte `start` to the one before byte
 * `end`. `fill` writes the bytes from a position on into a buffer.
 */
export async function encodeFrames(
  blob: SizedBlob,
  { start, end }: { readonly start: number; readonly end: number },
  fill: (into: Buffer, position: number) => Promise<void>,
): Promise<Buffer> {
  const frames = Buffer.allocUnsafeSlow(objectBytes(end - start))
  let at = 0
  for (let position = start; at < frames.length; position += frameContent) {
    const content = frames.subarray(at, at + Math.min(frameContent, end - position))
    await fill(content, position)
    at = frames.writeUInt32LE(sumOf(blob, position / frameContent, content), at + content.length)
  }
  return frames
}

function sumOf({ name, size }: SizedBlob, frame: number, content: Buffer): number {
  const isLast = frame === framesOf(size) - 1
  return crc32(content, crc32(`${name} ${frame} ${isLast ? size : 'goes on'}`))
}

/** Yields the checked content of frames, from a given one on, as their bytes arrive. */
export async function* decodeFrames(
  blob: SizedBlob,
  first: number,
  bytes: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let frame = first
  let held: Buffer[] = []
  let heldBytes = 0
  for await (const chunk of bytes) {
    held.push(chunk)
    heldBytes += chunk.length
    if (heldBytes < frameLength(blob, frame)) continue
    let rest = Buffer.concat(held)
    for (let length = frameLength(blob, frame); length > 0 && rest.length >= length; ) {
      yield contentOf(blob, frame, rest.subarray(0, length))
      rest = rest.subarray(length)
      frame += 1
      length = frameLength(blob, frame)
    }
    held = [rest]
    heldBytes = rest.length
  }
  if (heldBytes > 0) throw new Damaged(`the answer for the blob ${blob.name} does not consist of whole frames`)
}

/** Returns the length of a frame with its checksum; 0 beyond the last frame. */
function frameLength({ size }: SizedBlob, frame: number): number {
  return frame < framesOf(size) ? Math.min(frameContent, size - frame * frameContent) + sumBytes : 0
}

function contentOf(blob: SizedBlob, frame: number, bytes: Buffer): Buffer {
  const content = bytes.subarray(0, -sumBytes)
  if (bytes.readUInt32LE(content.length) === sumOf(blob, frame, content)) return content
  throw new Damaged(`the blob ${blob.name} is damaged near byte ${frame * frameContent}`)
}
