import { BlockList } from 'node:net'
import { run } from '../system/processes.ts'

/**
 * First halves of candidate address blocks, in order of preference: private ones, then one reserved
 * for tests of network devices.
 */
const blocks = ['10.209', '10.83', '172.29', '198.18'] as const
/** Shorter prefixes are treated as the default route, which some machines express as two halves. */
const shortestLength = 8

/**
 * Candidates for the networks between a sandbox and its services, starting with the block for tests
 * of network devices.
 */
const serviceSubnets = ['198.19.104', '10.84.104', '172.28.104', '192.168.243'] as const

interface LinkRoute {
  readonly dst?: string
  readonly dev?: string
  readonly protocol?: string
}
interface LinkAddresses {
  readonly ifname?: string
  readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[]
}

/**
 * Returns the first block that overlaps no range in `ranges` (ADDRESS or ADDRESS/LENGTH), trying
 * `requested` first; undefined if there is none.
 */
export function freeBlock(ranges: readonly string[], requested?: string): string | undefined {
  const candidates = requested === undefined ? blocks : [requested, ...blocks]
  return candidates.find((block) => !ranges.some((range) => overlap(`${block}.0.0/16`, range)))
}

/**
 * Returns the first three numbers of a /24 network for services. It overlaps no range in `ranges`,
 * so it hides no address from a sandbox that reaches the Internet.
 */
export function freeServiceSubnet(ranges: readonly string[]): string {
  const free = serviceSubnets.find((subnet) => !ranges.some((range) => overlap(`${subnet}.0/24`, range)))
  if (free === undefined) throw new Error('every address range for services is in use on this machine (see ip route)')
  return free
}

/**
 * Returns the ranges in which this machine has addresses or to which it has routes, except those of
 * sandboxes.
 */
export async function rangesInUse(): Promise<readonly string[]> {
  // All tables are read, because tunnels keep their routes in tables of their own. Each command
  // prints a line with a list.
  const answers = await ip(['route show table all', 'address show'], '-json')
  const entries = answers
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => JSON.parse(line) as readonly (LinkRoute & LinkAddresses)[])
  const isOther = (link: string | undefined): boolean => !/^hm\d+-/.test(link ?? '')
  const routed = entries
    .filter(
      ({ dst, dev, protocol }) =>
        dst !== undefined && dst !== 'default' && isOther(dev) && protocol !== String(gatewayProtocol),
    )
    .map(({ dst }) => dst as string)
    .filter((range) => lengthOf(range) >= shortestLength)
  const own = entries
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

/** Marks our routes: no other program uses this protocol number (/etc/iproute2/rt_protos). */
const gatewayProtocol = 104

/**
 * Adds a directory's gateway address to the machine. It is a local route, not an address of a link,
 * because browsers abort page loads whenever a link gains or loses an address
 * (ERR_NETWORK_CHANGED).
 * @param anew removes an earlier address first.
 */
export async function openGateway(number: number, address: string, anew: boolean): Promise<void> {
  const replace = `route replace local ${address}/32 dev lo ${markOf(number)}`
  await ip(anew ? [flushOf(number), replace] : [replace])
}

/** Removes the gateway address, if present. */
export async function closeGateway(number: number): Promise<void> {
  await ip([flushOf(number)])
}

function flushOf(number: number): string {
  return `route flush table local dev lo ${markOf(number)}`
}

function markOf(number: number): string {
  return `proto ${gatewayProtocol} metric ${number + 1}`
}

/**
 * Runs commands of `ip` in one process, because starting a process takes longer than most of them.
 */
async function ip(commands: readonly string[], ...options: readonly string[]): Promise<string> {
  const done = run('ip', ['-4', ...options, '-batch', '-'])
  done.child.stdin?.end(`${commands.join('\n')}\n`)
  return (await done).stdout
}

/**
 * MAC address of the machine's end of every link. Sandboxes have it as a static neighbour entry and
 * never send ARP, because a machine may answer only for the link's own addresses.
 */
export const gatewayHardware = '02:68:61:72:6d:01'
