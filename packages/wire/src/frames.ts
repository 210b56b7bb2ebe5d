/**
 * Frames: JSON followed by bytes, any number in a body. Each frame consists of the lengths of its
 * head and its bytes, 32 bits each, then both.
 */

export interface Frame {
  readonly head: unknown
  readonly bytes: Buffer
}

const lengthsSize = 8

/** Returns the parts of a frame without joining them, because joining would copy all bytes. */
export function encodeFrame(head: object, contents: readonly Uint8Array[]): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(head))
  const lengths = Buffer.allocUnsafe(lengthsSize)
  lengths.writeUInt32BE(text.length, 0)
  lengths.writeUInt32BE(sizeOf(contents), 4)
  return [lengths, text, ...contents]
}

/** Returns the frames of a body. Throws for a body that does not consist of whole frames. */
export function decodeFrames(body: Buffer): readonly Frame[] {
  const frames: Frame[] = []
  for (let at = 0; at < body.length; ) {
    if (body.length - at < lengthsSize) throw new RangeError('a frame is truncated')
    const bytesAt = at + lengthsSize + body.readUInt32BE(at)
    const end = bytesAt + body.readUInt32BE(at + 4)
    if (end > body.length) throw new RangeError('a frame is longer than the body')
    const head: unknown = JSON.parse(body.toString('utf8', at + lengthsSize, bytesAt))
    frames.push({ head, bytes: body.subarray(bytesAt, end) })
    at = end
  }
  return frames
}

function sizeOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}
