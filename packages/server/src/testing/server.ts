/**
 * A real server for the tests of one file: its own data directory, its own database, real HTTP.
 * Every response is checked against the contract.
 */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { components } from '@harmont/contract'
import { addWitness } from '@harmont/test-kit/file'
import { pino } from 'pino'
import { afterAll, beforeAll } from 'vitest'
import { type Server, serve } from '../main/serve.ts'
import { hashToken } from '../platform/encryption/token.ts'
import { readSettings } from '../platform/settings/read-settings.ts'
import { migratedDatabase } from './database.ts'
import { showHostBase } from './host-base.ts'

export const ownerToken = 'the-bootstrap-token-of-tests'
export const publicUrl = 'http://harmont.test'

type Schemas = components['schemas']

export interface Answer<T = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

export interface TestServer {
  readonly server: Server
  readonly dataDirectory: string
  readonly blobDirectory: string
  /** The variables that connect an operator's command to this server's data. */
  readonly environment: Readonly<Record<string, string>>
  /** Sends a request with a token; null for none. A string or bytes as body are sent unchanged. */
  request<T = Record<string, unknown>>(
    token: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
    options?: {
      /** Whether the body of a success is left unread, because a stream may have no end. */
      readonly headersOnly?: boolean
    },
  ): Promise<Answer<T>>
  /** Creates a user with an organization of the same name, and a token. */
  newUser(name: string): Promise<{ readonly token: string; readonly id: string; readonly organization: string }>
  /** Creates a user who is also a member of the organization `default`. */
  newMember(name: string): ReturnType<TestServer['newUser']>
  /** Creates a pipeline in the organization `default`. Returns its slug. */
  newPipeline(body?: Partial<Schemas['CreatePipelineRequest']>): Promise<string>
}

export interface TestServerOptions {
  /** Makes the server start a PostgreSQL of its own, which the test may kill. */
  readonly ownPostgres?: boolean
}

/** Starts a server for the tests of a file. Must be called at the top of the file. */
export function testServer(
  environment: Readonly<Record<string, string>> = {},
  { ownPostgres = false }: TestServerOptions = {},
): TestServer {
  let directory: string
  let access: Readonly<Record<string, string>>
  let running: Server | undefined
  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/harmont-server-')
    if (environment.HARMONT_RUNNER === 'local') await showHostBase(directory)
    access = {
      HARMONT_DATA_DIR: directory,
      ...(ownPostgres ? {} : { HARMONT_DATABASE_URL: (await migratedDatabase()).url }),
      ...Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('HARMONT_BLOB_'))),
    }
    const settings = readSettings({
      ...access,
      HARMONT_BOOTSTRAP_TOKEN: ownerToken,
      HARMONT_PUBLIC_URL: publicUrl,
      HARMONT_DRAIN_SECONDS: '0',
      HARMONT_RUNNER: 'off',
      // Tests send requests faster than people. The tests of limits override this setting.
      HARMONT_RATE_LIMITS: 'off',
      ...environment,
    })
    const { log, tail } = loggedTail()
    addWitness(tail)
    running = await serve({ settings: { ...settings, port: 0 }, log, validateResponses: true, byTheClock: false })
  })
  afterAll(async () => {
    await running?.stop()
    await rm(directory, { recursive: true })
  })
  const current = (): Server => {
    if (running === undefined) throw new Error('the server of the test does not run')
    return running
  }
  const it: TestServer = {
    get server() {
      return current()
    },
    get dataDirectory() {
      return directory
    },
    get blobDirectory() {
      return join(directory, 'blobs')
    },
    get environment() {
      return access
    },
    async request<T>(
      token: string | null,
      method: string,
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
      { headersOnly = false } = {},
    ) {
      const response = await fetch(current().url + path, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        redirect: 'manual',
      })
      if (headersOnly && response.ok) await response.body?.cancel()
      const text = headersOnly && response.ok ? '{}' : await response.text()
      const isJson = response.headers.get('content-type')?.startsWith('application/json')
      return { status: response.status, headers: response.headers, body: (isJson ? JSON.parse(text) : text) as T }
    },
    async newUser(name) {
      const { pool } = current()
      const id = randomUUID()
      const token = `token-of-${name}-${randomUUID()}`
      await pool.query('insert into users (id, email, name) values ($1, $2, $3)', [id, `${name}@example.com`, name])
      await pool.query("insert into api_keys (id, user_id, description, token_hash) values ($1, $2, 'test', $3)", [
        randomUUID(),
        id,
        hashToken(token),
      ])
      const made = await it.request<{ slug: string }>(token, 'POST', '/api/v0/organizations', { name })
      return { id, token, organization: made.body.slug }
    },
    async newMember(name) {
      const member = await it.newUser(name)
      await current().pool.query(
        "insert into memberships (organization_id, user_id, role) select id, $1, 'member' from organizations where slug = 'default'",
        [member.id],
      )
      return member
    },
    async newPipeline(body = {}) {
      const wish = {
        name: `pipeline-${randomUUID()}`,
        repository: `local/${randomUUID()}`,
        default_branch: 'main',
        ...body,
      }
      const made = await it.request<{ slug: string }>(
        ownerToken,
        'POST',
        '/api/v0/organizations/default/pipelines',
        wish,
      )
      if (made.status !== 201) throw new Error(`the pipeline was not made: ${JSON.stringify(made.body)}`)
      return made.body.slug
    },
  }
  return it
}

/** Creates a log that keeps its last lines, for the report of a failed test. */
function loggedTail() {
  const lines: string[] = []
  const write = (line: string) => {
    lines.push(line)
    if (lines.length > 200) lines.splice(0, 100)
  }
  return { log: pino({ level: 'info' }, { write }), tail: () => `the server's log:\n${lines.slice(-40).join('')}` }
}

/** Returns the code of an error's envelope. */
export function codeOf({ body }: Answer): string {
  return (body as Schemas['Error']).error.code
}
