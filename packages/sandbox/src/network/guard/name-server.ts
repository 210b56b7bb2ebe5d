import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import packet, { type Packet, type Question } from 'dns-packet'
import { hostNameOf, hostText, portsOf, tlsPort } from './allowed-hosts.ts'
import type { NameNotes } from './names.ts'
import { OpenCounts } from './open-counts.ts'
import type { GuardConfig, LinkPolicy, Policies } from './policy.ts'
import type { HostResolver } from './resolver.ts'
import type { Tickets } from './tickets.ts'

const serverFailure = 2
const noSuchName = 3
const refused = 5
/** Types that browsers and HTTP clients query in addition to the address. */
const answeredWithNothing = new Set(['AAAA', 'HTTPS', 'SVCB'])
/**
 * TTL in seconds. It is short, so that sandboxes query again before the packet rules remove an
 * address.
 */
const answerTtl = 60
/** Maximum number of a sandbox's queries that wait for the machine's resolver. */
const mostWaiting = 64
const relayMs = 5_000

export interface NameServerParts {
  readonly config: GuardConfig
  readonly policies: Policies
  readonly notes: NameNotes
  readonly resolver: HostResolver
  readonly tickets: Tickets
}

/** Answers DNS queries of sandboxes, for the names that they may reach only. */
export class NameServer {
  readonly #parts: NameServerParts
  readonly #waiting = new OpenCounts(mostWaiting)

  constructor(parts: NameServerParts) {
    this.#parts = parts
  }

  async listen(): Promise<void> {
    const socket = createSocket('udp4')
    const { address } = this.#parts.config
    socket.on('error', () => {}) // An answer could not be sent.
    socket.on('message', (message: Buffer, sender: RemoteInfo) => {
      // If there is no answer, the sandbox repeats the query.
      void this.#answer(message, sender.address)
        .then((answer) => answer && socket.send(answer, sender.port, sender.address))
        .catch(() => {})
    })
    socket.bind(53, address)
    await once(socket, 'listening')
  }

  /** Returns the answer; undefined for bytes that are not a query, or for an unknown sender. */
  async #answer(message: Buffer, sender: string): Promise<Buffer | undefined> {
    const policy = this.#parts.policies.of(sender)
    const query = policy && decoded(message)
    const question = query?.questions?.[0]
    if (policy === undefined || query === undefined || question === undefined) return undefined
    if (!this.#waiting.begin(policy.report)) return respond(query, serverFailure)
    try {
      return policy.hosts === null
        ? await this.#relay(message, question, policy)
        : respond(query, ...(await this.#resolve(question, policy, policy.hosts)))
    } finally {
      this.#waiting.end(policy.report)
    }
  }

  /** Returns the response code, and the addresses. */
  async #resolve(
    { name: text, type }: Question,
    { report, ticket }: LinkPolicy,
    hosts: NonNullable<LinkPolicy['hosts']>,
  ): Promise<readonly [number, (readonly string[])?]> {
    const { notes, resolver, tickets } = this.#parts
    const name = hostNameOf(text)
    if (name === undefined) return [refused]
    const ports = portsOf(hosts, name)
    if (ports.length === 0) {
      notes.note(report, 'refused', name)
      return [noSuchName]
    }
    if (type !== 'A') return [answeredWithNothing.has(type) ? 0 : refused]
    try {
      const addresses = await resolver.addresses(name, ports)
      if (addresses.length === 0) notes.note(report, 'refused', name)
      for (const port of ports.filter((each) => each !== tlsPort)) {
        for (const address of addresses) if (!(await tickets.present(ticket, address, port))) return [serverFailure]
        if (addresses.length > 0) notes.note(report, 'used', hostText(name, port))
      }
      return [0, addresses]
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === 'ENOTFOUND') return [noSuchName]
      return [code === 'ENODATA' ? 0 : serverFailure]
    }
  }

  /** Forwards the query unchanged, and records its name if the answer has an address. */
  async #relay(message: Buffer, { name: text }: Question, { report }: LinkPolicy): Promise<Buffer | undefined> {
    const [resolver] = this.#parts.config.resolvers
    const name = hostNameOf(text)
    if (resolver === undefined) return undefined
    const socket = createSocket('udp4')
    try {
      socket.connect(53, resolver)
      await once(socket, 'connect')
      socket.send(message)
      const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(relayMs) })
      if (name !== undefined && hasAddress(answer)) this.#parts.notes.note(report, 'used', name)
      return answer
    } finally {
      socket.close()
    }
  }
}

/** Returns a query with one question; undefined for anything else. */
function decoded(message: Buffer): Packet | undefined {
  try {
    const query = packet.decode(message)
    return query.type === 'query' && query.questions?.length === 1 ? query : undefined
  } catch {
    return undefined // Any error means that the untrusted bytes are not a query.
  }
}

function hasAddress(answer: Buffer): boolean {
  try {
    return packet.decode(answer).answers?.some(({ type }) => type === 'A') === true
  } catch {
    return false // The sandbox receives the answer unchanged.
  }
}

function respond({ id, questions }: Packet, code: number, addresses: readonly string[] = []): Buffer {
  const [question] = questions ?? []
  const name = question?.name ?? ''
  return packet.encode({
    type: 'response',
    ...(id !== undefined && { id }),
    flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | code,
    ...(questions && { questions }),
    answers: addresses.map((data) => ({ type: 'A', name, ttl: answerTtl, data })),
  })
}
