import { once } from 'node:events'
import { type BuildAddress, type CloudClient, CloudError, type Job, streamLogs } from '@harmont/cloud'
import { saysRemoved } from '@harmont/logs'
import type { Context } from '../context.ts'
import { isJobEnded } from '../events/event-mapper.ts'
import { LineSplitter, type LogLine } from '../events/line-splitter.ts'
import { inert, jsonFor } from '../terminal/inert.ts'
import { quoteWord } from '../terminal/quote-word.ts'
import { FailedLogs, showsExcerpts, wholeLog } from '../view/failed-logs.ts'
import { keyOf } from './map-server-job.ts'

interface Printing {
  readonly isFollowed: boolean
  readonly address: BuildAddress
  readonly signal: AbortSignal
}

const kinds = { stdout: 0, stderr: 1, meta: 2 } as const

/**
 * Prints logs to stdout, as lines or as one JSON document. Omits the server's remarks, as logs.txt
 * does, but says on stderr when a log was removed.
 */
export class LogPrinter {
  readonly #context: Context<'logs'>
  readonly #client: CloudClient
  readonly #isPrefixed: boolean
  readonly #since: number
  readonly #failed = new FailedLogs()
  readonly #isExcerpt: boolean
  /** Returns the command that prints the whole log of a step. */
  readonly #wholeLogOf: (step: string) => string
  #printed = 0

  /** @param isPrefixed each line begins with the key of its step. */
  constructor(context: Context<'logs'>, client: CloudClient, { pipeline, number }: BuildAddress, isPrefixed: boolean) {
    this.#context = context
    this.#client = client
    this.#isPrefixed = isPrefixed
    this.#isExcerpt = showsExcerpts(context.flags)
    this.#wholeLogOf = (step) => `hm logs ${number} ${quoteWord(step)} -p ${quoteWord(pipeline)}`
    const { since } = context.flags
    this.#since = since === undefined ? Number.NEGATIVE_INFINITY : Date.now() - since
  }

  async begin(): Promise<void> {
    if (this.#context.global.json) await this.#write('{"data":[')
  }

  async end(): Promise<void> {
    const { global, output } = this.#context
    if (global.json) await this.#write(']}\n')
    for (const log of this.#failed.finish()) {
      if (this.#isExcerpt) await this.#write(log.excerpt.map((line) => this.#shown(log.step, line)).join(''))
      for (const line of log.summary) output.say(line)
      if (this.#isExcerpt && log.lines !== null) output.say(wholeLog(log, this.#wholeLogOf(log.step)))
    }
  }

  /**
   * Prints the log of one job: to its end where the job has ended or is followed, else up to now.
   */
  async print(job: Job, { isFollowed, address, signal }: Printing): Promise<void> {
    const { tail } = this.#context.flags
    if (this.#isExcerpt && !this.#context.global.json) this.#failed.begin(keyOf(job))
    const now = isJobEnded(job) ? Number.POSITIVE_INFINITY : await this.#bytesNow(job, signal)
    if (!isFollowed && now === 0) return
    const splitter = new LineSplitter()
    const lastLines: LogLine[] = []
    let isHistory = true
    let seen = 0
    const take = async (lines: readonly LogLine[]) => {
      for (const { stream, line } of lines)
        if (stream === 'meta' && saysRemoved(line)) this.#context.output.warn(`${keyOf(job)}: ${line}`)
      const wanted = lines.filter(({ ts, stream }) => ts >= this.#since && stream !== 'meta')
      if (tail === undefined || !isHistory) return this.#printLines(job, wanted)
      lastLines.push(...wanted)
      if (lastLines.length > tail + 1024) lastLines.splice(0, lastLines.length - tail)
    }
    const endHistory = async () => {
      isHistory = false
      await this.#printLines(
        job,
        lastLines.splice(0).slice(tail === undefined || tail === 0 ? Number.POSITIVE_INFINITY : -tail),
      )
    }
    for await (const { seq, stream, bytes, ts } of streamLogs(this.#client, job.id, { build: address, signal })) {
      if (isHistory && seen >= now) await endHistory()
      if (stream !== 'meta') seen += bytes.length
      const at = ts === null ? null : BigInt(ts) * 1_000_000n
      await take(splitter.push({ seq, kind: kinds[stream], content: Buffer.from(bytes), ts: at }))
      if (!isFollowed && seen >= now) break
    }
    await take(splitter.rest())
    if (isHistory) await endHistory()
  }

  /** How much a job that still runs has written by now. */
  async #bytesNow({ id }: Job, signal: AbortSignal): Promise<number> {
    try {
      const response = await this.#client.getJobLogText({ job_id: id }, { signal, headers: { range: 'bytes=0-0' } })
      await response.body?.cancel()
      return Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? 0)
    } catch (error) {
      if (error instanceof CloudError && error.status === 416) return 0
      throw error
    }
  }

  async #printLines(job: Job, lines: readonly LogLine[]): Promise<void> {
    const { global, flags, output } = this.#context
    const { stdout } = output
    const step = keyOf(job)
    let text = ''
    for (const { stream, line, ts } of lines) {
      const at = new Date(ts).toISOString()
      if (global.json) {
        const comma = this.#printed === 0 ? '' : ','
        text += `${comma}${jsonFor(stdout, { step, attempt: job.attempt ?? 1, stream, line, ts: at })}`
      } else {
        if (flags.failed) this.#failed.take(step, line)
        if (!this.#isExcerpt) text += `${flags.timestamps ? `${at} ` : ''}${this.#shown(step, line)}`
      }
      this.#printed += 1
    }
    await this.#write(text)
  }

  #shown(step: string, line: string): string {
    const text = this.#context.output.stdout.isTerminal ? inert(line) : line
    return `${this.#isPrefixed ? `[${inert(step)}] ` : ''}${text}\n`
  }

  async #write(text: string): Promise<void> {
    const { stream } = this.#context.output.stdout
    if (text !== '' && !stream.write(text)) await once(stream, 'drain')
  }
}
