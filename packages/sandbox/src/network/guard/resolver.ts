import { Resolver } from 'node:dns/promises'
import { BlockList } from 'node:net'
import { isPublicAddress } from '../public-address.ts'
import type { GuardConfig } from './policy.ts'

/** An address of a host, and whether it is public. */
interface Found {
  readonly address: string
  readonly isPublic: boolean
}

interface Answer {
  readonly until: number
  readonly found: Promise<readonly Found[]>
}

/**
 * Maximum number of addresses that are used from an answer. This many fit into the smallest packet.
 */
const mostAddresses = 12
const mostCached = 4_096
const longestTtl = 300

/** Resolves host names to the addresses that sandboxes may reach. */
export class HostResolver {
  readonly #resolver = new Resolver({ timeout: 2_000, tries: 3 })
  readonly #private: readonly { readonly list: BlockList; readonly port: number | undefined }[]
  readonly #answers = new Map<string, Answer>()

  constructor({ resolvers, exceptions }: Pick<GuardConfig, 'resolvers' | 'exceptions'>) {
    this.#resolver.setServers(resolvers)
    this.#private = exceptions.map(({ range, port }) => ({ list: listOf(range), port }))
  }

  /**
   * Returns the addresses at which a host may be reached at one of these ports. Omits private
   * addresses without an exception, because a name may resolve to any address. Rejects with the
   * error of c-ares.
   */
  async addresses(name: string, ports: readonly number[]): Promise<readonly string[]> {
    const found = await this.#find(name)
    return found
      .filter(({ address, isPublic }) => isPublic || ports.some((port) => this.#isExcepted(address, port)))
      .map(({ address }) => address)
      .slice(0, mostAddresses)
  }

  #find(name: string): Promise<readonly Found[]> {
    const now = performance.now()
    const known = this.#answers.get(name)
    if (known !== undefined && known.until > now) return known.found
    if (this.#answers.size >= mostCached) this.#answers.clear()
    const asked = this.#ask(name)
    const found = asked.then(({ addresses }) => addresses)
    // Concurrent queries for the name wait for the same answer.
    this.#answers.set(name, { until: Number.POSITIVE_INFINITY, found })
    void asked.then(
      ({ ttl }) => this.#answers.set(name, { until: performance.now() + ttl * 1_000, found }),
      () => this.#answers.delete(name),
    )
    return found
  }

  async #ask(name: string): Promise<{ readonly addresses: readonly Found[]; readonly ttl: number }> {
    const records = await this.#resolver.resolve4(name, { ttl: true })
    const addresses = records.map(({ address }) => ({ address, isPublic: isPublicAddress(address) }))
    return { addresses, ttl: Math.min(...records.map((record) => record.ttl), longestTtl) }
  }

  #isExcepted(address: string, port: number): boolean {
    return this.#private.some((exception) => (exception.port ?? port) === port && exception.list.check(address, 'ipv4'))
  }
}

function listOf(range: string): BlockList {
  const [address = '', bits = '32'] = range.split('/')
  const list = new BlockList()
  list.addSubnet(address, Number(bits), 'ipv4')
  return list
}
