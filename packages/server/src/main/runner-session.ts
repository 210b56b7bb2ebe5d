/** A runner's own identity: it joins once with a key, and signs for its tokens from then on. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import { openConnections } from '@harmont/wire'
import { type Agent, request } from 'undici'
import type { DataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { replaceFile } from '../platform/data-directory/replace-file.ts'
import { SettingsError } from '../platform/settings/read-settings.ts'
import { version } from '../platform/version.ts'
import { signedText } from '../runners/signed-text.ts'

interface SessionOptions {
  readonly url: string
  /** Certificates that sign the server's; null for those of the system. */
  readonly ca: string | null
  /** Needed to join; null when that has happened. */
  readonly key: string | null
  readonly directory: DataDirectory
  readonly slots: number
  readonly log: Log
  /** The server refuses this runner for good. */
  readonly onRefused: (why: string) => void
}

/** The server refuses this runner for good. */
class RefusedForGood extends SettingsError {}

/** Before a PKCS #8 private key of Ed25519. */
const keyPrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const timeoutMs = 20_000
/** A token is replaced this long before it ends. */
const earlyMs = 60_000
const pausesMs = [200, 1_000, 5_000]

export class RunnerSession {
  readonly #options: SessionOptions
  readonly #agent: Agent
  readonly #privateKey: KeyObject
  #id = ''
  #counter = 0
  #session: number | null = null
  #token: { readonly text: string; readonly until: number } | null = null
  #asking: Promise<string> | null = null
  #refusal: RefusedForGood | null = null

  private constructor(options: SessionOptions, privateKey: KeyObject) {
    this.#options = options
    this.#privateKey = privateKey
    this.#agent = openConnections(new URL(options.url), options.ca ?? undefined, timeoutMs)
  }

  /** Joins unless that has happened, and begins a session. Waits for a server that does not answer. */
  static async open(options: SessionOptions, signal: AbortSignal): Promise<RunnerSession> {
    const seed = Buffer.from(await options.directory.secret('runner-key'), 'base64url')
    const privateKey = createPrivateKey({ key: Buffer.concat([keyPrefix, seed]), format: 'der', type: 'pkcs8' })
    const session = new RunnerSession(options, privateKey)
    await session.#untilAnswered(signal, async () => {
      session.#id = await session.#join()
      await session.token()
    })
    return session
  }

  get id(): string {
    return this.#id
  }

  /** Returns a token that lasts a while: another one than that which was refused. */
  async token(refused?: string): Promise<string> {
    const known = this.#token
    if (known !== null && known.text !== refused && now() < known.until) return known.text
    if (this.#refusal !== null) throw this.#refusal
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }

  async #join(): Promise<string> {
    const { directory, key } = this.#options
    const file = join(directory.secrets, 'joined')
    const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    if (kept !== null) return kept.trim()
    if (key === null)
      throw new SettingsError(
        'HARMONT_RUNNER_KEY: this runner has not joined yet. Make a key on the server with `npm start -- runner-key create --pool default`.',
      )
    const { x } = createPublicKey(this.#privateKey).export({ format: 'jwk' })
    const { runner } = await this.#post('join', { key, public_key: x, name: hostname() })
    await replaceFile(file, `${runner}\n`)
    return String(runner)
  }

  async #ask(): Promise<string> {
    for (;;) {
      const claim = { runner: this.#id, counter: this.#counter, session: this.#session }
      const signature = sign(null, Buffer.from(signedText(claim)), this.#privateKey).toString('base64url')
      const askedAt = now()
      const answer = await this.#post('token', { ...claim, signature, version, slots: this.#options.slots })
      this.#counter = Number(answer.counter)
      // The signature was for another count, such as that of an earlier process.
      if (answer.token === undefined) continue
      this.#session = Number(answer.session)
      this.#token = { text: String(answer.token), until: askedAt + Number(answer.seconds) * 1000 - earlyMs }
      return this.#token.text
    }
  }

  async #post(name: string, body: unknown): Promise<Readonly<Record<string, unknown>>> {
    const { statusCode, body: answer } = await request(`${this.#options.url}/runners/v1/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      dispatcher: this.#agent,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
    const text = await answer.text()
    const parsed = JSON.parse(text) as Readonly<Record<string, unknown>>
    if (statusCode === 200 || parsed.counter !== undefined) return parsed
    const { code, message } = parsed as { readonly code?: string; readonly message?: string }
    if (statusCode >= 400 && statusCode < 500 && statusCode !== 429) {
      this.#refusal = new RefusedForGood(`${message ?? `The server answered ${statusCode}.`} (${code ?? 'no code'})`)
      this.#options.onRefused(this.#refusal.message)
      throw this.#refusal
    }
    throw new Error(`${this.#options.url} answered ${statusCode}: ${message ?? text.slice(0, 200)}`)
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
