/**
 * A runner's identity at its server. It joins once with a runner key, and then signs its requests
 * for tokens.
 */
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { wireVersion } from '@harmont/wire'
import { replaceFile } from '../platform/data-directory/replace-file.ts'
import { SettingsError } from '../platform/settings/read-settings.ts'
import { version } from '../platform/version.ts'
import { isBeingReplaced, isOld } from '../runners/own-key.ts'
import { type CallerOptions, joinedFile, RefusedForGood, RunnerCaller, readJoined } from '../runners/runner-caller.ts'
import { signedText } from '../runners/signed-text.ts'

interface SessionOptions extends CallerOptions {
  /** The runner key, needed to join; null after that. */
  readonly key: string | null
  readonly slots: number
  readonly log: Log
  /** Called when the server refuses this runner permanently. */
  readonly onRefused: (why: string) => void
}

/** A token is replaced this long before it ends. */
const earlyMs = 60_000
/** The time between two checks of the key pair's age. */
const lookEveryMs = 5_000
const pausesMs = [200, 1_000, 5_000]

export class RunnerSession {
  readonly #options: SessionOptions
  readonly #caller: RunnerCaller
  #id = ''
  #session: number | null = null
  #token: { readonly text: string; readonly until: number } | null = null
  #asking: Promise<string> | null = null
  #refusal: RefusedForGood | null = null
  #lookAt = 0
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(options: SessionOptions, caller: RunnerCaller) {
    this.#options = options
    this.#caller = caller
  }

  /** Joins unless already joined, and begins a session. Waits for a server that does not answer. */
  static async open(options: SessionOptions, signal: AbortSignal): Promise<RunnerSession> {
    const session = new RunnerSession(options, await RunnerCaller.open(options))
    await session.#untilAnswered(signal, async () => {
      session.#id = await session.#join()
      // The server may know only the new pair.
      if (await isBeingReplaced(options.directory)) await session.#replaceKey()
      await session.token()
    })
    return session
  }

  get id(): string {
    return this.#id
  }

  /** Returns a valid token other than the refused one. */
  async token(refused?: string): Promise<string> {
    const known = this.#token
    if (known !== null && this.#lookAt < now()) void this.#look()
    if (known !== null && known.text !== refused && now() < known.until) return known.text
    if (this.#refusal !== null) throw this.#refusal
    this.#asking ??= this.#alone(() => this.#ask()).finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async close(): Promise<void> {
    await this.#caller.close()
  }

  async #join(): Promise<string> {
    const { directory, key } = this.#options
    const kept = await readJoined(directory)
    if (kept !== null) return kept
    if (key === null)
      throw new SettingsError(
        'HARMONT_RUNNER_KEY: this runner has not joined yet. Make a key on the server with `npm start -- runner-key create --pool default`.',
      )
    const body = { key, public_key: this.#caller.publicKey, name: hostname() }
    const { runner } = await this.#orRefused(() => this.#caller.post('join', body))
    await replaceFile(joinedFile(directory), `${runner}\n`)
    return String(runner)
  }

  async #ask(): Promise<string> {
    const askedAt = now()
    const claim = { session: this.#session }
    const more = { version, protocol: wireVersion, slots: this.#options.slots }
    const answer = await this.#orRefused(() => this.#caller.signed('token', this.#id, claim, signedText, more))
    this.#session = Number(answer.session)
    this.#token = { text: String(answer.token), until: askedAt + Number(answer.seconds) * 1000 - earlyMs }
    return this.#token.text
  }

  /** Replaces the key pair if it is old. Never rejects: after a failure, it tries again later. */
  async #look(): Promise<void> {
    this.#lookAt = now() + lookEveryMs
    try {
      await this.#alone(async () => {
        if (await isOld(this.#options.directory)) await this.#replaceKey()
      })
    } catch (error) {
      this.#lookAt = now() + earlyMs
      this.#options.log('warn', 'could not replace the key pair of this runner; trying again', error)
    }
  }

  async #replaceKey(): Promise<void> {
    await this.#caller.replaceKey(this.#id, this.#session)
    this.#options.log('info', 'this runner has a new key pair')
  }

  /**
   * Runs one request at a time: signatures are counted, so a request overtaken by another one may
   * be refused.
   */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #orRefused<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof RefusedForGood)) throw error
      this.#refusal = error
      this.#options.onRefused(error.message)
      throw error
    }
  }

  async #untilAnswered(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (error instanceof SettingsError) throw error
        this.#options.log('warn', `could not reach ${this.#options.url}; trying again`, error)
        await sleep(pausesMs[Math.min(attempt, pausesMs.length - 1)], undefined, { signal })
      }
    }
  }
}
