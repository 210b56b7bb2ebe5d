/** Follows the logs of running jobs over the public stream and keeps the last lines of each. */
import { stripVTControlCharacters } from 'node:util'
import type { Api } from '../client/api.ts'

const kept = 50
const shown = 2

export class Tails {
  readonly #api: Api
  readonly #lines = new Map<string, string[]>()
  /** What follows the last line break of each job. */
  readonly #partial = new Map<string, string>()
  readonly #stop = new AbortController()
  readonly #following: Promise<void>[] = []

  constructor(api: Api) {
    this.#api = api
  }

  /** Begins to follow a job; a second call for it does nothing. */
  follow(jobId: string): void {
    if (this.#lines.has(jobId)) return
    this.#lines.set(jobId, [])
    this.#following.push(this.#read(jobId))
  }

  /** The last two lines of each job, cut to the width. */
  short(width: number): ReadonlyMap<string, readonly string[]> {
    return new Map([...this.#lines].map(([id, lines]) => [id, lines.slice(-shown).map((line) => line.slice(0, width))]))
  }

  /** Up to the last 50 lines of a job. */
  of(jobId: string): readonly string[] {
    return this.#lines.get(jobId) ?? []
  }

  /** Waits until every log that is followed is read to its end, at most so long. */
  async settle(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), timeoutMs)
    await Promise.all(this.#following)
    clearTimeout(timer)
  }

  async #read(jobId: string): Promise<void> {
    try {
      const stream = await this.#api.openLog(jobId, this.#stop.signal)
      let text = ''
      let event = ''
      for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
        text += piece
        const lines = text.split('\n')
        text = lines.pop() ?? ''
        for (const line of lines) {
          if (line.startsWith('event: ')) event = line.slice(7)
          else if (line.startsWith('data: ')) this.#take(jobId, event, line.slice(6))
        }
      }
    } catch (error) {
      if (!this.#stop.signal.aborted)
        this.#push(jobId, `(log stream broke: ${error instanceof Error ? error.message : error})\n`)
    }
  }

  #take(jobId: string, event: string, data: string): void {
    if (event === 'chunk') this.#push(jobId, (JSON.parse(data) as { content: string }).content)
    if (event === 'history')
      for (const chunk of (JSON.parse(data) as { chunks: { content: string }[] }).chunks)
        this.#push(jobId, chunk.content)
  }

  #push(jobId: string, content: string): void {
    const lines = ((this.#partial.get(jobId) ?? '') + content).split(/\r\n|\n|\r/)
    this.#partial.set(jobId, lines.pop() ?? '')
    // Control characters of a job must not reach the reader's terminal.
    const clean = lines
      .map((line) => stripVTControlCharacters(line).replace(/\p{Cc}/gu, ' '))
      .filter((line) => line.trim() !== '')
    this.#lines.set(jobId, [...(this.#lines.get(jobId) ?? []), ...clean].slice(-kept))
  }
}
