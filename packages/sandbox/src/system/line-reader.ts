import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'

/**
 * Reads a script's output line by line. While no caller waits, the script does not keep this
 * process alive.
 */
export class LineReader {
  private readonly listeners = new Map<string, (text: string) => void>()
  private readonly pipe: Socket | undefined
  private waiting = 0
  private rest = ''
  private complaint = ''
  private ended: string | undefined
  /** The reason why the script could not be started, if so. */
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

  /** The reason why the script has ended; undefined while it runs. */
  get end(): string | undefined {
    return this.ended
  }

  /**
   * Calls `onLine` with the rest of each line that starts with `sender` and a space, and with
   * `ended` at the script's end.
   */
  listen(sender: string, onLine: (text: string) => void): void {
    this.listeners.set(sender, onLine)
    if (this.ended !== undefined) onLine('ended')
  }

  ignore(sender: string): void {
    this.listeners.delete(sender)
  }

  /**
   * Waits for the line `SENDER TEXT`. Rejects at another line of the sender, or at the script's
   * end.
   */
  async expect(sender: string, text: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.listen(sender, (found) => {
      if (found === text) resolve()
      else reject(new Error(this.ended ?? found, { cause: this.failure }))
    })
    await this.waitFor(promise).finally(() => this.ignore(sender))
  }

  /** Waits for a promise that a listener resolves, and keeps this process alive meanwhile. */
  async waitFor<T>(reported: Promise<T>): Promise<T> {
    if (this.waiting++ === 0) this.pipe?.ref()
    try {
      return await reported
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
