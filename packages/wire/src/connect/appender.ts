import { type LeaseRef, LogGap } from '@harmont/engine'
import type { Chunk } from '@harmont/logs'
import { chunksToWire, leaseToWire } from '../forms.ts'
import { encodeFrame } from '../frames.ts'
import type { AppendAnswer, AppendHead } from '../protocol.ts'
import { WireError } from './transport.ts'

interface Append {
  readonly head: AppendHead
  readonly chunks: readonly Chunk[]
  readonly bytes: number
  resolve(held: boolean): void
  reject(error: unknown): void
}

/** Number of waiting bytes at which a request is sent at once. */
const fullBytes = 1024 * 1024
/** Time after which waiting appends are sent, unless an earlier request returns first. */
const everyMs = 50
const mostUnderWay = 4

/** Sends the appends of all jobs of a runner. Appends made during a request share the next one. */
export class Appender {
  readonly #send: (body: Buffer) => Promise<AppendAnswer>
  #waiting: Append[] = []
  #waitingBytes = 0
  #underWay = 0
  #timer: NodeJS.Timeout | undefined

  constructor(send: (body: Buffer) => Promise<AppendAnswer>) {
    this.#send = send
  }

  append(
    lease: LeaseRef & { readonly service?: string },
    chunks: readonly Chunk[],
    spoolPosition: string,
    turn: string,
    aheadMs: number,
  ): Promise<boolean> {
    const head: AppendHead = {
      lease: leaseToWire(lease),
      ...(lease.service !== undefined && { service: lease.service }),
      spoolPosition,
      turn,
      chunks: chunksToWire(chunks, aheadMs),
    }
    const bytes = chunks.reduce((sum, { content }) => sum + content.length, 0)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ head, chunks, bytes, resolve, reject })
      this.#waitingBytes += bytes
      if (this.#underWay === 0 || this.#waitingBytes >= fullBytes) this.#flush()
      else this.#timer ??= setTimeout(() => this.#flush(), everyMs)
    })
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0 || this.#underWay === mostUnderWay) return
    const batch = this.#takeBatch()
    this.#underWay += 1
    void this.#sendAll(batch).finally(() => {
      this.#underWay -= 1
      this.#flush()
    })
  }

  #takeBatch(): readonly Append[] {
    let bytes = 0
    const end = this.#waiting.findIndex((append) => {
      bytes += append.bytes
      return bytes > fullBytes
    })
    const batch = this.#waiting.splice(0, end === -1 ? this.#waiting.length : Math.max(1, end))
    for (const append of batch) this.#waitingBytes -= append.bytes
    return batch
  }

  /** Never rejects: each append settles separately. */
  async #sendAll(batch: readonly Append[]): Promise<void> {
    const frames = batch.flatMap(({ head, chunks }) =>
      encodeFrame(
        head,
        chunks.map(({ content }) => content),
      ),
    )
    try {
      const { held } = await this.#send(Buffer.concat(frames))
      batch.forEach(({ head, resolve, reject }, index) => {
        const isHeld = held[index]
        if (typeof isHeld === 'boolean') resolve(isHeld)
        else if (isHeld === 'gap') reject(new LogGap(`the server lacks a part of the log of job ${head.lease.jobId}`))
        else reject(new WireError('append_failed', `the server could not append to the log of job ${head.lease.jobId}`))
      })
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
