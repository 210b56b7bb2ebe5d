/** Transfers layers directly between a runner and the store, without the server. */
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  Damaged,
  decodeFrames,
  encodeFrames,
  frameContent,
  framesAround,
  type LeaseRef,
  type LocatedPart,
  type LocatedParts,
  type Log,
  type ObjectPart,
  objectBytes,
  type WantedSnapshot,
} from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { type Agent, request } from 'undici'
import { leaseToWire } from '../forms.ts'
import type { Caller } from './caller.ts'
import { leastBytesPerMs, unlessUnknown, WireError } from './transport.ts'

export interface DirectOptions {
  readonly caller: Pick<Caller, 'call'>
  /** Connections to the store, which has its own certificate. */
  readonly agent: Agent
  /** Maximum time without a byte sent or received. */
  readonly stallMs: number
  readonly log: Log
}

/** An object of a snapshot from which a job starts. */
export interface WantedObject {
  readonly lease: LeaseRef
  readonly snapshot: string
  readonly digest: string
}

/** Time for which all transfers use the server after the store was unreachable. */
const awayMs = 60_000
/** Consecutive tries without a byte before the rest is read through the server. */
const mostTries = 2

/** The store did not perform the requested operation. */
class StoreFailed extends Error {
  override readonly name = 'StoreFailed'
}

/**
 * Reads and writes parts of layers at addresses that the server signs. If it signs none, or the
 * store is unreachable, the parts go through the server.
 */
export class DirectTransfer {
  readonly #options: DirectOptions
  #awayUntil = 0

  constructor(options: DirectOptions) {
    this.#options = options
  }

  /**
   * Yields the bytes of an object, starting at an offset. `rest` opens the bytes that the store
   * does not return.
   */
  async *read(wanted: WantedObject, from: number, rest: (at: number) => Promise<Readable>): AsyncGenerator<Buffer> {
    let at = from
    for (let tries = 0; tries < mostTries; ) {
      try {
        const located = await this.#locate(wanted, at)
        if (located === null) break
        for await (const piece of this.#readParts(located, at)) {
          at += piece.length
          tries = 0
          yield piece
        }
        if (at === located.bytes) return
      } catch (error) {
        if (error instanceof WireError) throw error
        this.#options.log('warn', `could not read ${wanted.digest} from the store`, error)
      }
      tries += 1
      if (tries === mostTries) this.#awayUntil = now() + awayMs
    }
    yield* await rest(at)
  }

  /** Writes a part. Returns false on failure; the part must then be sent through the server. */
  async write(wanted: WantedSnapshot, part: ObjectPart, bytes: Uint8Array): Promise<boolean> {
    if (now() < this.#awayUntil) return false
    try {
      const { target } = (await this.#options.caller.call('layers/target', { ...wanted, part })).answer
      if (target === null) return false
      const { blob, url, headers, receipt } = target
      const put = async () => this.#put(url, headers, await framesOf(blob, bytes))
      await put().catch(put)
      await this.#options.caller.call('layers/arrived', { ...wanted, part, written: { blob, receipt } })
      return true
    } catch (error) {
      if (error instanceof WireError && error.code === 'unreachable') throw error
      this.#options.log('warn', `could not write a part of ${part.digest} to the store`, error)
      this.#awayUntil = now() + awayMs
      return false
    }
  }

  async #locate({ lease, snapshot, digest }: WantedObject, from: number): Promise<LocatedParts | null> {
    if (now() < this.#awayUntil) return null
    const request = { lease: leaseToWire(lease), snapshot, digest, from }
    const located = this.#options.caller.call('layers/locate', request).then(({ answer }) => answer.located)
    return unlessUnknown(located, null)
  }

  async *#readParts({ start, parts }: LocatedParts, from: number): AsyncGenerator<Buffer> {
    let begin = start
    for (const part of parts) {
      yield* this.#readPart(part, Math.max(0, from - begin))
      begin += part.bytes
    }
  }

  /** Yields the verified bytes of a part, starting at an offset. */
  async *#readPart({ blob, bytes: size, url }: LocatedPart, from: number): AsyncGenerator<Buffer> {
    const { first, start } = framesAround({ start: from, end: size })
    const { statusCode, body } = await request(url, {
      ...this.#times(),
      headers: { range: `bytes=${start}-${objectBytes(size) - 1}` },
    })
    if (statusCode !== 206)
      throw new StoreFailed(`the store answered with ${statusCode}: ${(await text(body)).slice(0, 300)}`)
    let at = first * frameContent
    for await (const piece of decodeFrames({ name: blob, size }, first, body)) {
      const rest = piece.subarray(Math.max(0, from - at))
      at += piece.length
      if (rest.length > 0) yield rest
    }
    if (at !== size) throw new Damaged(`a part ended at byte ${at} of ${size}`)
  }

  async #put(url: string, headers: Readonly<Record<string, string>>, body: Buffer): Promise<void> {
    const { statusCode, body: answer } = await request(url, {
      ...this.#times(body.length),
      method: 'PUT',
      headers,
      body,
    })
    const said = (await text(answer)).slice(0, 300)
    // An earlier try whose response was lost has already written it.
    if (statusCode !== 200 && statusCode !== 412)
      throw new StoreFailed(`the store answered with ${statusCode}: ${said}`)
  }

  #times(sent = 0) {
    const { agent, stallMs } = this.#options
    return { dispatcher: agent, headersTimeout: stallMs + sent / leastBytesPerMs, bodyTimeout: stallMs }
  }
}

function framesOf(name: string, bytes: Uint8Array): Promise<Buffer> {
  return encodeFrames({ name, size: bytes.length }, { start: 0, end: bytes.length }, async (into, position) => {
    into.set(bytes.subarray(position, position + into.length))
  })
}
