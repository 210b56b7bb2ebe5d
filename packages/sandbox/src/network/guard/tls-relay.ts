import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { hostNameOf, portsOf, tlsPort } from './allowed-hosts.ts'
import { HelloReader } from './client-hello.ts'
import type { NameNotes } from './names.ts'
import { OpenCounts } from './open-counts.ts'
import type { GuardConfig, LinkPolicy, Policies } from './policy.ts'
import type { HostResolver } from './resolver.ts'

/** Maximum number of concurrent connections of a sandbox. */
const mostOpen = 512
const helloMs = 10_000
const connectMs = 10_000
const mostTried = 3
/** The minimum of RFC 5382 for idle connections. */
const idleMs = 2 * 60 * 60_000
/** The fatal alert `unrecognized_name`, after which clients report the refused name. */
const unrecognizedName = Buffer.from([21, 3, 3, 0, 2, 2, 112])

export interface TlsRelayParts {
  readonly config: GuardConfig
  readonly policies: Policies
  readonly notes: NameNotes
  readonly resolver: HostResolver
}

/**
 * Accepts the connections of sandboxes to port 443, whatever their destination. Reads the server
 * name in the first bytes, resolves it itself, and forwards the bytes to that host.
 */
export class TlsRelay {
  readonly #parts: TlsRelayParts
  readonly #open = new OpenCounts(mostOpen)

  constructor(parts: TlsRelayParts) {
    this.#parts = parts
  }

  async listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, (client) => this.#take(client))
    server.on('error', () => {}) // One connection failed, for example for lack of descriptors.
    server.listen(tlsPort, this.#parts.config.address)
    await once(server, 'listening')
  }

  #take(client: Socket): void {
    client.on('error', () => client.destroy())
    const policy = this.#parts.policies.of(client.remoteAddress ?? '')
    if (policy?.hosts == null || !this.#open.begin(policy.report)) {
      client.resetAndDestroy()
      return
    }
    client.once('close', () => this.#open.end(policy.report))
    void this.#relay(client, policy, policy.hosts).catch(() => client.resetAndDestroy())
  }

  async #relay(client: Socket, { report }: LinkPolicy, hosts: NonNullable<LinkPolicy['hosts']>): Promise<void> {
    const { notes, resolver } = this.#parts
    const { name: text, bytes } = await readName(client)
    const name = hostNameOf(text)
    if (name === undefined || !portsOf(hosts, name).includes(tlsPort)) {
      if (name !== undefined) notes.note(report, 'refused', name)
      client.end(unrecognizedName)
      client.destroySoon()
      return
    }
    const server = await connectToAny((await resolver.addresses(name, [tlsPort])).slice(0, mostTried))
    if (client.destroyed) {
      server.destroy()
      return
    }
    notes.note(report, 'used', name)
    server.write(bytes)
    join(client, server)
  }
}

/**
 * Reads the server name, and returns it with all bytes read. Rejects if there is no name, or none
 * within the time limit.
 */
async function readName(client: Socket): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const reader = new HelloReader()
  const chunks: Buffer[] = []
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk)
    const hello = reader.push(chunk)
    if (hello.kind === 'name') resolve(hello.name)
    else if (hello.kind === 'none') reject(new Error('no server name'))
    if (hello.kind !== 'more') client.pause().off('data', onData)
  }
  const onEnd = (): void => reject(new Error('the connection ended before its hello'))
  const late = setTimeout(onEnd, helloMs)
  client.on('data', onData).once('end', onEnd).once('close', onEnd)
  try {
    return { name: await promise, bytes: Buffer.concat(chunks) }
  } finally {
    clearTimeout(late)
    client.off('end', onEnd).off('close', onEnd)
  }
}

/** Connects to the first address that responds. Rejects if none does. */
async function connectToAny(addresses: readonly string[]): Promise<Socket> {
  for (const host of addresses) {
    const socket = connect({ host, port: tlsPort, allowHalfOpen: true, noDelay: true, keepAlive: true })
    socket.on('error', () => socket.destroy())
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(connectMs) })
      return socket
    } catch {
      socket.destroy() // The next address may answer.
    }
  }
  throw new Error('no address of the host responds')
}

/** Forwards bytes in both directions until both ends have closed. */
function join(client: Socket, server: Socket): void {
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.setTimeout(idleMs, () => one.destroy())
    one.on('error', () => other.resetAndDestroy())
    one.once('close', () => other.destroySoon())
    one.pipe(other)
  }
}
