import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'

/**
 * Reads a script's output line by line. While nobody waits, the script does not keep this process
 * alive.
 */
export class Words {
  private readonly listeners = new Map<string, (word: string) => void>()
  private readonly pipe: Socket | undefined
  private waiting = 0
  private rest = ''
  private complaint = ''
  private ended: string | undefined
  /** Why the script could not be started, if so. */
  failure: Error | undefined

  constructor(child: ChildProcess) {
    child.unref()
    this.pipe = child.stdout instanceof Socket ? child.stdout : undefined
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      if (stream instanceof Socket) stream.unref()
      stream?.on('error', () => {}) // The process's end, below, reports it.
    }
    child.stdout?.on('data', (data: Buffer) => this.take(data.toString()))
    child.stderr?.on('data', (data: Buffer) => {
      this.complaint = (this.complaint + data.toString()).slice(-4_000)
    })
    const end = (reason: string): void => {
      this.ended ??= `${reason}: ${this.complaint.trim() || 'no message'}`
      for (const [, listener] of [...this.listeners]) listener('ended')
    }
    child.on('error', (error) => {
      this.failure = error
      end(error.message)
    })
    child.on('close', (code, signal) => end(`the script ended with ${signal ?? code}`))
  }

  /** Why the script has ended; undefined while it runs. */
  get end(): string | undefined {
    return this.ended
  }

  /**
   * Calls `heard` with each line that starts with `speaker` and a space, without these, and with
   * `ended` at the script's end.
   */
  listen(speaker: string, heard: (word: string) => void): void {
    this.listeners.set(speaker, heard)
    if (this.ended !== undefined) heard('ended')
  }

  ignore(speaker: string): void {
    this.listeners.delete(speaker)
  }

  /** Awaits something that a listener reports, and keeps this process alive meanwhile. */
  async during<T>(waitedFor: Promise<T>): Promise<T> {
    if (this.waiting++ === 0) this.pipe?.ref()
    try {
      return await waitedFor
    } finally {
      if (--this.waiting === 0) this.pipe?.unref()
    }
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const space = line.indexOf(' ')
      this.listeners.get(line.slice(0, space))?.(line.slice(space + 1))
    }
  }
}
