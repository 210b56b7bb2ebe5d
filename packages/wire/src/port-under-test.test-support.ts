/** A port and its store, in the form used by `port-suite.ts`, for tests. */
import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import {
  type BuildContext,
  type Created,
  createBuild,
  createLocalPort,
  defaultLimits,
  type LocalPortOptions,
  type RunnerPort,
  SourceUnavailable,
  type Store,
} from '@harmont/engine'
import { parsePlan } from '@harmont/ir'
import { type ConnectOptions, connectRunner, type RemotePort } from './connect/connect-runner.ts'
import type { RunnerShells } from './serve/call-context.ts'
import { type ServeOptions, serveRunners } from './serve/serve-runners.ts'

export { plainContext } from '@harmont/engine/plain-context'

export interface StoreUnderTest {
  readonly store: Store
  submit(created: Created, context: BuildContext): Promise<void>
  close(): Promise<void>
}

export interface PortUnderTest {
  readonly store: Store
  /** Returns the port of this runner. */
  port(runner: string): RunnerPort
  submit(created: Created, context: BuildContext): Promise<void>
  close(): Promise<void>
}

/** The bytes of the archive of every build with a source. */
export const archiveBytes = Buffer.alloc(300_000, 'harmont ')
export const archiveDigest = 'a'.repeat(64)

/** Registries for which every build's owner has a login; the second login also serves forks. */
export const registry = 'registry.test:5000'
export const forksRegistry = 'forks.test'
export const ownLogin = { id: 'l', username: 'u', secret: 's' }

/** Stored parts of artifacts by digest, and the other dependencies of a port. */
export function surroundings(): Omit<LocalPortOptions, 'store' | 'log'> & {
  readonly kept: Map<string, Buffer>
} {
  const kept = new Map<string, Buffer>()
  return {
    kept,
    secrets: {
      of: async (_, names) => ({
        kind: 'values',
        values: new Map(
          names.filter((name) => name !== 'foreign').map((name) => [name, { value: `v-${name}`, id: `i-${name}` }]),
        ),
        refused: new Map(names.filter((name) => name === 'foreign').map((name) => [name, 'It is not yours.'])),
      }),
      login: async (_, host) =>
        [registry, forksRegistry, 'registry.example'].includes(host)
          ? { ...ownLogin, forks: host === forksRegistry }
          : null,
    },
    idTokens: {
      issue: async ({ stepKey, audiences }) => ({
        kind: 'tokens',
        tokens: new Map(Object.entries(audiences).map(([name, audience]) => [name, `for ${audience} by ${stepKey}`])),
      }),
    },
    sources: {
      async offer(_, source) {
        if (source.kind === 'git') {
          const { repository, commit, refs } = source
          return { kind: 'git', repository, url: 'https://forge.example/r.git', commit, refs, authorization: 'Basic x' }
        }
        if (source.kind === 'url') throw new SourceUnavailable('source_fetch_failed', 'It is gone.')
        return { kind: 'archive', sha256: archiveDigest, open: async () => Readable.from(inPieces(archiveBytes)) }
      },
    },
    parts: {
      lacking: async (_, { digests }) => ({ kind: 'lacking', digests: digests.filter((digest) => !kept.has(digest)) }),
      put: async (_, digest, bytes) => void kept.set(digest, Buffer.from(bytes)),
    },
  }
}

function* inPieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000)
}

/** Returns the local port of a store. */
export function localPort({ store, submit, close }: StoreUnderTest): PortUnderTest {
  const port = createLocalPort({ ...surroundings(), store, log: () => undefined })
  return { store, port: () => port, submit, close }
}

/** There are no requests for shells. */
const noShells: RunnerShells = {
  asked: async () => [],
  onAsked: () => () => undefined,
  work: async () => null,
  isOpening: async () => false,
}

export interface Wire extends AsyncDisposable {
  readonly url: string
  /** Returns the number of requests so far. */
  requests(): number
  closePolls(): void
  connect(runner: string, more?: Partial<ConnectOptions>): RemotePort
}

/** Serves a store's port on loopback. Uses a runner's name as its token. */
export async function serveWire(
  store: Store,
  {
    through,
    ...more
  }: Partial<ServeOptions<{ readonly runner: string }>> & {
    /** Returns the address to connect to, instead of the server's. */
    readonly through?: (url: string) => Promise<string>
  } = {},
): Promise<Wire> {
  const port = createLocalPort({ ...surroundings(), store, log: () => undefined })
  const served = serveRunners({
    authenticate: async ({ headers: { authorization = '' } }) => {
      const [, runner = ''] = authorization.split('Bearer ')
      return runner === '' ? { status: 401, code: 'unauthorized', message: 'No token.' } : { runner }
    },
    portFor: () => port,
    translate: () => null,
    shellsFor: () => noShells,
    store,
    log: () => undefined,
    ...more,
  })
  let requests = 0
  const server = await listen((request, response) => {
    requests += 1
    void served.handle(request, response)
  })
  const url = through ? await through(server.url) : server.url
  const ports: RemotePort[] = []
  return {
    url: server.url,
    requests: () => requests,
    closePolls: () => served.close(),
    connect(runner, given = {}) {
      const connected = connectRunner({
        url,
        token: async () => runner,
        onOutdated: () => undefined,
        log: () => undefined,
        ...given,
      })
      ports.push(connected)
      return connected
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(ports.map((it) => it.close()))
      served.close()
      await server.close()
    },
  }
}

/** Serves HTTP on loopback. */
export async function listen(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Returns the remote port of a store. */
export async function remotePort({ store, submit, close }: StoreUnderTest): Promise<PortUnderTest> {
  const wire = await serveWire(store)
  const ports = new Map<string, RunnerPort>()
  return {
    store,
    port(runner) {
      const port = ports.get(runner) ?? wire.connect(runner)
      ports.set(runner, port)
      return port
    },
    submit,
    async close() {
      await wire[Symbol.asyncDispose]()
      await close()
    },
  }
}

/** Returns a new build of these steps, given in IR form. */
export function newBuild(steps: readonly object[] | null, at: number, newId = () => randomUUID() as string): Created {
  const settings = { limits: defaultLimits, newId }
  const build = { id: newId(), queue: 'q', at, held: false }
  if (steps === null) return createBuild({ ...build, from: { kind: 'render' } }, settings)
  const parsed = parsePlan(JSON.stringify({ version: '0', steps }))
  if (!parsed.ok) throw new Error(parsed.error.message)
  const { plan } = parsed
  return createBuild({ ...build, from: { kind: 'plan', plan, conditions: steps.map(() => true) } }, settings)
}

export function stepsOf(count: number, more: object = {}): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({ type: 'command', key: `s${index}`, cmd: 'true', ...more }))
}
