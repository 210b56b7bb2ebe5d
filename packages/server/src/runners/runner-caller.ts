/**
 * The calls of a runner without a token: it joins with a join key, and signs the others with its
 * own.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openConnections } from '@harmont/wire'
import { type Agent, request } from 'undici'
import type { DataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { SettingsError } from '../platform/settings/read-settings.ts'
import { OwnKey } from './own-key.ts'
import { rotationText } from './signed-text.ts'

export interface CallerOptions {
  readonly url: string
  /** Certificates that sign the server's; null for the system's certificates. */
  readonly ca: string | null
  readonly directory: DataDirectory
}

/** The content of a signature. */
interface Claim {
  readonly runner: string
  readonly counter: number
}

type Answer = Readonly<Record<string, unknown>>

/** The server refuses this runner permanently. */
export class RefusedForGood extends SettingsError {
  readonly code: string | undefined

  constructor(message: string, code: string | undefined) {
    super(`${message} (${code ?? 'no code'})`)
    this.code = code
  }
}

const timeoutMs = 20_000

/** Reads the certificates from the file that `HARMONT_SERVER_CA` names. */
export async function readCertificates(path: string | null): Promise<string | null> {
  if (path === null) return null
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new SettingsError(`HARMONT_SERVER_CA: could not read ${path} (${cause}).`)
  }
}

/** Returns the file of a data directory that holds the id of its runner, once it has joined. */
export function joinedFile({ secrets }: Pick<DataDirectory, 'secrets'>): string {
  return join(secrets, 'joined')
}

/** Returns the id of a data directory's runner, or null if none has joined. */
export async function readJoined(directory: Pick<DataDirectory, 'secrets'>): Promise<string | null> {
  try {
    return (await readFile(joinedFile(directory), 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

export class RunnerCaller {
  readonly #url: string
  readonly #agent: Agent
  readonly #directory: DataDirectory
  #key: OwnKey
  #counter = 0

  private constructor({ url, ca, directory }: CallerOptions, key: OwnKey) {
    this.#url = url
    this.#agent = openConnections(new URL(url), ca ?? undefined, timeoutMs)
    this.#directory = directory
    this.#key = key
  }

  /** Reads the runner's own key, or creates it. */
  static async open(options: CallerOptions): Promise<RunnerCaller> {
    return new RunnerCaller(options, await OwnKey.open(options.directory))
  }

  /** Returns the public half of its key, as base64url. */
  get publicKey(): string {
    return this.#key.publicKey
  }

  /**
   * Sends a call with the runner's signature. Repeats the call while the counter is stale, because
   * of an earlier process, or of another one with the same directory. `next` signs too.
   */
  async signed<C extends object>(
    name: string,
    runner: string,
    claim: C,
    textOf: (claim: Claim & C) => string,
    more: object = {},
    next?: OwnKey,
  ): Promise<Answer> {
    for (;;) {
      const whole = { runner, counter: this.#counter, ...claim }
      const text = textOf(whole)
      const signatures = { signature: this.#key.sign(text), ...(next && { new_signature: next.sign(text) }) }
      const answer = await this.post(name, { ...whole, ...more, ...signatures }).catch(async (error: unknown) => {
        if (await this.#hasNewKey(error)) return null
        throw error
      })
      if (answer === null) continue
      this.#counter = Number(answer.counter)
      if (answer.code !== 'runner_counter_stale') return answer
    }
  }

  /** Replaces the key pair: the server accepts the new one because both keys sign the request. */
  async replaceKey(runner: string, session: number | null): Promise<void> {
    this.#key = await this.#key.replace(this.#directory, async (next) => {
      await this.signed('rotate', runner, { session, public_key: next.publicKey }, rotationText, {}, next)
    })
  }

  /**
   * Loads the key pair that another process with this directory has put in place of the refused
   * one. Returns false if there is none.
   */
  async #hasNewKey(error: unknown): Promise<boolean> {
    if (!(error instanceof RefusedForGood) || error.code !== 'runner_signature_invalid') return false
    const refused = this.publicKey
    this.#key = await OwnKey.open(this.#directory)
    return this.publicKey !== refused
  }

  /** Makes a call. Throws `RefusedForGood` if a repetition cannot succeed. */
  async post(name: string, body: unknown): Promise<Answer> {
    const { statusCode, body: answer } = await request(`${this.#url}/runners/v1/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      dispatcher: this.#agent,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    })
    const text = await answer.text()
    const parsed = readAnswer(text)
    // A proxy wrote the answer, so the server refused nothing.
    if (parsed === null) throw new Error(`${this.#url} answered ${statusCode}: ${text.slice(0, 200)}`)
    if (statusCode === 200 || parsed.counter !== undefined) return parsed
    const { code, message } = parsed as { readonly code?: string; readonly message?: string }
    if (statusCode >= 400 && statusCode < 500 && statusCode !== 429)
      throw new RefusedForGood(message ?? `The server answered ${statusCode}.`, code)
    throw new Error(`${this.#url} answered ${statusCode}: ${message ?? text.slice(0, 200)}`)
  }

  async close(): Promise<void> {
    await this.#agent.close()
  }
}

/** Parses the text of an answer; returns null if our server did not write it. */
function readAnswer(text: string): Answer | null {
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' ? (read as Answer | null) : null
  } catch {
    return null
  }
}
