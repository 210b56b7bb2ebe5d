/** Simulates a runner that has joined a test's server, without sandboxes. */
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import { runnerFeatures } from '@harmont/engine'
import { createRunnerKey, type NewRunnerKey } from '../runners/index.ts'
import { signedText } from '../runners/signed-text.ts'
import type { TestServer } from './server.ts'

interface Heard {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

type Claim = Parameters<typeof signedText>[0]

export interface JoinedRunner {
  readonly id: string
  /** The runner key with which it joined. */
  readonly key: string
  readonly publicKey: string
  /** The newest token, session and counter. */
  readonly token: string
  readonly session: number
  readonly counter: number
  /** Signs a claim with the runner's own key. */
  signed(claim: Claim): object
  /** Returns the runner's signature of a text. */
  signature(text: string): string
  /** Requests another token. Begins a new session if `session` is null. */
  renew(session: number | null): Promise<void>
  /** Sends a call of the wire, with the runner's own token unless another is given. */
  call(name: string, body: object, token?: string | null): Promise<Heard>
}

/** Creates a runner key for the default pool; `wish` overrides its properties. */
export async function newRunnerKey(it: TestServer, wish: Partial<NewRunnerKey> = {}): Promise<string> {
  const usual = { pool: 'default', labels: [], organizations: null, getsSecrets: true, uses: null, expiresAt: null }
  return (await createRunnerKey(it.server.pool, { ...usual, ...wish })).key
}

/** The server that is called. */
interface Called {
  readonly server: { readonly url: string }
}

/** Sends a call to the server's path for runners. */
export async function callRunners(
  it: Called,
  name: string,
  body: object | string | Buffer<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const answer = await fetch(`${it.server.url}/runners/v1/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'harmont-wire': '2', ...headers },
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  })
  return { status: answer.status, body: JSON.parse(await answer.text()) as Heard['body'] }
}

/** Joins with a new runner key, and begins a session. */
export async function joinedRunner(it: TestServer, wish: Partial<NewRunnerKey> = {}): Promise<JoinedRunner> {
  return joinWith(it, await newRunnerKey(it, wish))
}

/** Joins with a given runner key, and begins a session. */
export async function joinWith(it: Called, key: string, name = 'test'): Promise<JoinedRunner> {
  const { privateKey, publicKey: own } = generateKeyPairSync('ed25519')
  const publicKey = own.export({ format: 'jwk' }).x ?? ''
  const joined = await callRunners(it, 'join', { key, public_key: publicKey, name })
  const id = String(joined.body.runner)
  const current = { token: '', session: 0, counter: 0 }
  let turns = 0
  const runner: JoinedRunner = {
    id,
    key,
    publicKey,
    get token() {
      return current.token
    },
    get session() {
      return current.session
    },
    get counter() {
      return current.counter
    },
    signed: (claim) => signed(privateKey, claim),
    signature: (text) => signatureOf(privateKey, text),
    async renew(session) {
      const claim = { runner: id, counter: current.counter, session }
      const { status, body } = await callRunners(it, 'token', signed(privateKey, claim))
      if (status !== 200) throw new Error(`no token was given: ${JSON.stringify(body)}`)
      Object.assign(current, body)
    },
    call(name, body, token = current.token) {
      turns += 1
      const headers = token === null ? {} : { authorization: `Bearer ${token}` }
      return callRunners(it, name, body, { ...headers, 'harmont-turn': `${id}:${turns}` })
    },
  }
  await runner.renew(null)
  return runner
}

function signed(privateKey: KeyObject, claim: Claim): object {
  return { ...claim, signature: signatureOf(privateKey, signedText(claim)), version: '0.1.0', protocol: 2, slots: 2 }
}

function signatureOf(privateKey: KeyObject, text: string): string {
  return sign(null, Buffer.from(text), privateKey).toString('base64url')
}

/** Returns a runner's request for work. */
export function leaseRequest(slots = 1): object {
  return { id: randomUUID(), slots, waitMs: 0, again: false, known: [], features: runnerFeatures }
}
