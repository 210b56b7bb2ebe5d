/** Calls with bytes in their bodies. */

import { type Log, LogGap } from '@harmont/engine'
import type { Chunk } from '@harmont/logs'
import type { WireChunks } from '../forms.ts'
import { decodeFrames, type Frame } from '../frames.ts'
import type { AppendAnswer, AppendHead, PartHead } from '../protocol.ts'
import type { CallContext } from './call-context.ts'
import { Refused } from './refused.ts'
import { type BodyName, faultOf } from './schemas.ts'

/** Returns the frames of a body. Throws `Refused` for any other body. */
export function framesOf({ version }: Pick<CallContext, 'version'>, name: BodyName, body: Buffer): readonly Frame[] {
  let frames: readonly Frame[]
  try {
    frames = decodeFrames(body)
  } catch (cause) {
    throw new Refused(400, 'bad_request', `The body does not consist of frames: ${cause}.`)
  }
  for (const { head } of frames) {
    const fault = faultOf(version, name, head)
    if (fault !== null) throw new Refused(400, 'bad_request', `The head of a frame is invalid: ${fault}.`)
  }
  return frames
}

/** Writes all appends of a body. A failed append does not prevent the others. */
export async function append(context: CallContext, body: Buffer, log: Log): Promise<AppendAnswer> {
  const appends = framesOf(context, 'append', body).map(({ head, bytes }) => {
    const { chunks, ...rest } = head as AppendHead
    return { ...rest, chunks: chunksOf(chunks, bytes) }
  })
  const held = await Promise.all(
    appends.map(async ({ lease, service, spoolPosition, turn, chunks }) => {
      const place = service === undefined ? lease : { ...lease, service }
      const write = () => context.port.append(place, chunks, spoolPosition)
      try {
        return await context.inTurn(lease, `log of ${service ?? ''}`, false, write, turn)
      } catch (error) {
        log('warn', `could not append to the log of job ${lease.jobId}`, error)
        return error instanceof LogGap ? 'gap' : null
      }
    }),
  )
  return { held }
}

/**
 * Splits the contents of chunks. Throws `Refused` unless the lengths of the chunks add up to that
 * of the contents.
 */
export function chunksOf(chunks: WireChunks, bytes: Buffer): readonly Chunk[] {
  let at = 0
  const cut = chunks.map(([seq, kind, ts, length]): Chunk => {
    const content = bytes.subarray(at, at + length)
    at += length
    return { seq, kind: kind as Chunk['kind'], content, ts: ts === null ? null : BigInt(ts) }
  })
  if (at !== bytes.length)
    throw new Refused(400, 'bad_request', 'The lengths of the chunks do not add up to the length of their contents.')
  return cut
}

export async function putPart(context: CallContext, body: Buffer): Promise<{ readonly held: boolean }> {
  const [frame, ...others] = framesOf(context, 'put-part', body)
  if (frame === undefined || others.length > 0) throw new Refused(400, 'bad_request', 'The body is not one frame.')
  const { lease, digest } = frame.head as PartHead
  return { held: await context.ifHeld(lease, false, () => context.port.putPart(lease, digest, frame.bytes)) }
}
