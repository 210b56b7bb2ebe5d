import { PassThrough, pipeline } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Conversation, now } from '@harmont/sandbox'
import { unlessAborted } from '../../unless-aborted.ts'
import type { RunnerParts } from '../job-context.ts'
import type { ShellTimes } from '../options.ts'
import { type ShellRequest, type ShellWork, startShell } from './open-shell.ts'

/** The watchdog runs outside this process and acts only if this process does not. */
const watchdogMarginMs = 5_000
/** Time that the last output of an ended shell waits for a reader, in milliseconds. */
const unreadMs = 60_000

/**
 * The shells of a runner. Each has its own sandbox, which is destroyed after the shell has ended
 * and its output was read.
 */
export class Shells {
  readonly #parts: RunnerParts
  readonly #times: ShellTimes
  readonly #open = new Map<Conversation, Promise<void>>()
  readonly #opening = new Set<Promise<unknown>>()
  #isClosed = false

  constructor(parts: RunnerParts, times: ShellTimes) {
    this.#parts = parts
    this.#times = times
  }

  /** See `startShell`. */
  async open(work: ShellWork, request: Pick<ShellRequest, 'script' | 'size'>): Promise<Conversation> {
    const opening = this.#start(work, request)
    this.#opening.add(opening)
    try {
      return await opening
    } finally {
      this.#opening.delete(opening)
    }
  }

  /** Ends all shells. Resolves when all shells and sandboxes are gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#opening)
    await Promise.all(
      [...this.#open].map(async ([conversation, closed]) => {
        await conversation.kill()
        // Discards unread output.
        conversation.output.resume()
        conversation.errors.resume()
        await closed
      }),
    )
  }

  async #start(work: ShellWork, { script, size }: Pick<ShellRequest, 'script' | 'size'>): Promise<Conversation> {
    if (this.#isClosed) throw new Error('this runner has stopped')
    const { longestMs } = this.#times
    const deadline = new Date(now() + longestMs + watchdogMarginMs)
    const { conversation, destroy } = await startShell(this.#parts, work, { script, size, deadline })
    const { input, output, errors, exited } = conversation
    const watched = { input: new PassThrough(), output: new PassThrough(), errors: new PassThrough() }
    const shown = size === null ? watched.errors : watched.output
    const end = async (why: string) => {
      if (!shown.writableEnded) shown.write(`\r\nharmont: shell closed: ${why}.\r\n`)
      await conversation.kill().catch((error: unknown) => this.#failed(error))
    }
    const minutes = (ms: number) => `${Math.round(ms / 60_000)} minutes`
    const { longestMs: longest, idleMs } = this.#times
    const idle = setTimeout(() => void end(`idle for ${minutes(idleMs)}`), idleMs)
    const late = setTimeout(() => void end(`open for ${minutes(longest)}, the longest allowed`), longest)
    const alive = () => idle.refresh()
    watched.input.on('data', alive)
    for (const from of [output, errors]) from.on('data', alive)
    // A broken pipe means the end of the shell, which is handled below.
    pipeline(watched.input, input, () => {})
    pipeline(output, watched.output, () => {})
    pipeline(errors, watched.errors, () => {})
    const ended = exited()
    // Called once, because the result is lost with the sandbox.
    const shell: Conversation = { ...conversation, ...watched, exited: (signal) => unlessAborted(ended, signal) }
    const closed = this.#untilClosed(shell, destroy).finally(() => this.#open.delete(shell))
    const stopTimers = () => {
      clearTimeout(idle)
      clearTimeout(late)
    }
    void ended.then(stopTimers, stopTimers)
    this.#open.set(shell, closed)
    return shell
  }

  /** Never rejects, because nothing waits for it before the runner stops. */
  async #untilClosed({ exited, output, errors }: Conversation, destroy: () => Promise<void>): Promise<void> {
    const { log } = this.#parts.options
    await exited().catch((error: unknown) => log('error', 'could not find out how a shell ended', error))
    const given = Promise.all([output, errors].map((stream) => finished(stream, { readable: false })))
    // A destroyed stream needs no more output.
    await Promise.race([given.catch(() => {}), sleep(unreadMs, undefined, { ref: false })])
    await destroy().catch((error: unknown) => this.#failed(error))
  }

  #failed(error: unknown): void {
    this.#parts.options.log('error', 'could not end a shell; the next start ends it', error)
  }
}
