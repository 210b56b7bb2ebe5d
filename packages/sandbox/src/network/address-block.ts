import { execFile } from 'node:child_process'
import { BlockList } from 'node:net'
import { promisify } from 'node:util'
import { isGatewayRoute } from './gateway.ts'

const run = promisify(execFile)

/** First halves of the addresses that sandboxes may have, in order of wish: private or, the last, for tests of network devices. */
const blocks = ['10.209', '10.83', '172.29', '198.18'] as const
/** A shorter one stands for the default route, which some write as two halves. */
const shortestLength = 8

interface LinkRoute {
  readonly dst?: string
  readonly dev?: string
  readonly protocol?: string
}
interface LinkAddresses {
  readonly ifname?: string
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[]
}

/** The first block of which no address is in `ranges` (ADDRESS or ADDRESS/LENGTH), the wished one before all; undefined when each has some. */
export function freeBlock(ranges: readonly string[], wished?: string): string | undefined {
  const wishes = wished === undefined ? blocks : [wished, ...blocks]
  return wishes.find((block) => !ranges.some((range) => overlap(`${block}.0.0/16`, range)))
}

/** Ranges that this machine has addresses in or routes to, links and gateways of sandboxes left out. */
export async function rangesInUse(): Promise<readonly string[]> {
  const [routes, links] = await Promise.all([
    // Tunnels have their routes in tables of their own.
    run('ip', ['-4', '-json', 'route', 'show', 'table', 'all']),
    run('ip', ['-4', '-json', 'address', 'show']),
  ])
  const isOther = (link: string | undefined): boolean => !/^hm\d+-/.test(link ?? '')
  const routed = (JSON.parse(routes.stdout || '[]') as readonly LinkRoute[])
    .filter(
      ({ dst, dev, protocol }) => dst !== undefined && dst !== 'default' && isOther(dev) && !isGatewayRoute(protocol),
    )
    .map(({ dst }) => dst as string)
    .filter((range) => lengthOf(range) >= shortestLength)
  const own = (JSON.parse(links.stdout || '[]') as readonly LinkAddresses[])
    .filter(({ ifname }) => isOther(ifname))
    .flatMap(({ addr_info }) => addr_info ?? [])
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`)
  return [...routed, ...own]
}

function overlap(one: string, other: string): boolean {
  return contains(one, other) || contains(other, one)
}

function contains(range: string, other: string): boolean {
  const list = new BlockList()
  list.addSubnet(addressOf(range), lengthOf(range))
  return list.check(addressOf(other))
}

function addressOf(range: string): string {
  return range.split('/')[0] ?? ''
}

function lengthOf(range: string): number {
  return Number(range.split('/')[1] ?? 32)
}
