import { existsSync } from 'node:fs'
import { CallError, call } from './calls.ts'
import { attribute, type Message, sendAll, text, uint32 } from './netlink.ts'

const RTM_NEWLINK = 16
const RTM_NEWADDR = 20
const RTM_NEWROUTE = 24
const RTM_NEWNEIGH = 28
const CREATE = 0x600 // NLM_F_CREATE | NLM_F_EXCL
const REPLACE = 0x500 // NLM_F_CREATE | NLM_F_REPLACE
const AF_INET = 2
const AF_INET6 = 10
const IFF_UP = 1
const IFLA_ADDRESS = 1
const IFLA_IFNAME = 3
const IFLA_LINKINFO = 18
const IFLA_AF_SPEC = 26
const IFLA_NET_NS_FD = 28
const IFLA_INFO_KIND = 1
const IFLA_INFO_DATA = 2
const VETH_INFO_PEER = 1
const IFLA_INET6_ADDR_GEN_MODE = 8
const IN6_ADDR_GEN_MODE_NONE = 1
const IFA_ADDRESS = 1
const IFA_LOCAL = 2
const NDA_DST = 1
const NDA_LLADDR = 2
const NUD_PERMANENT = 0x80
const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const RTA_PREFSRC = 7
const RT_TABLE_MAIN = 254
const RTPROT_BOOT = 3
const RT_SCOPE_UNIVERSE = 0
const RT_SCOPE_LINK = 253
const RTN_UNICAST = 1
const wholeAddress = 32
/** Index of the loopback link, the same in every network namespace. */
const loopback = 1

/** A link `eth0` from a network namespace to the network namespace of this process. */
export interface Uplink {
  /** The name of the link's other end. */
  readonly peer: string
  readonly address: string
  readonly gateway: string
  /** The hardware address of the link's other end. */
  readonly hardware: string
}

/**
 * Sets up this thread's network namespace, which is new: loopback, and the uplink if there is one.
 * @param home a descriptor of the network namespace for the uplink's other end.
 */
export function openLinks(uplink: Uplink | undefined, home: number): void {
  sendAll([up('lo', loopback), ...(uplink === undefined ? [] : [veth(uplink, home)])])
  if (uplink === undefined) return
  const link = indexOf('eth0')
  const gateway = address(uplink.gateway)
  sendAll([
    addressOf(link, address(uplink.address)),
    up('eth0', link),
    neighbour(link, gateway, hardware(uplink.hardware)),
    route(link, CREATE, RT_SCOPE_LINK, wholeAddress, attribute(RTA_DST, gateway)),
    route(link, CREATE, RT_SCOPE_UNIVERSE, 0, attribute(RTA_GATEWAY, gateway)),
  ])
}

/** Sets up the other end of an uplink, in this thread's network namespace. */
export function connectUplink({ peer, address: own, gateway }: Uplink): void {
  const link = indexOf(peer)
  const way = [attribute(RTA_DST, address(own)), attribute(RTA_PREFSRC, address(gateway))]
  sendAll([
    // A kernel that was started without IPv6 refuses the message.
    ...(existsSync('/proc/sys/net/ipv6') ? [withoutLinkLocal(peer, link)] : []),
    up(peer, link),
    route(link, REPLACE, RT_SCOPE_LINK, wholeAddress, ...way),
  ])
}

function indexOf(name: string): number {
  const index = call('if_nametoindex', name, name)
  // This is the only call here that returns 0 on failure.
  if (index === 0) throw new CallError('if_nametoindex', ENODEV, name)
  return index
}

const ENODEV = 19

function linkHead(index: number, flags: number): Buffer {
  const head = Buffer.alloc(16)
  head.writeInt32LE(index, 4)
  head.writeUInt32LE(flags, 8)
  head.writeUInt32LE(flags, 12)
  return head
}

function up(name: string, index: number): Message {
  return { about: `${name} up`, type: RTM_NEWLINK, flags: 0, body: linkHead(index, IFF_UP) }
}

/** Keeps the kernel from giving the link an IPv6 address. */
function withoutLinkLocal(name: string, index: number): Message {
  const mode = attribute(IFLA_INET6_ADDR_GEN_MODE, Buffer.from([IN6_ADDR_GEN_MODE_NONE]))
  const body = Buffer.concat([linkHead(index, 0), attribute(IFLA_AF_SPEC, attribute(AF_INET6, mode))])
  return { about: `${name} without IPv6`, type: RTM_NEWLINK, flags: 0, body }
}

function veth({ peer, hardware: bytes }: Uplink, home: number): Message {
  const other = attribute(
    VETH_INFO_PEER,
    linkHead(0, 0),
    attribute(IFLA_IFNAME, text(peer)),
    attribute(IFLA_ADDRESS, hardware(bytes)),
    attribute(IFLA_NET_NS_FD, uint32(home)),
  )
  const kind = attribute(IFLA_INFO_KIND, text('veth'))
  const info = attribute(IFLA_LINKINFO, kind, attribute(IFLA_INFO_DATA, other))
  const body = Buffer.concat([linkHead(0, 0), attribute(IFLA_IFNAME, text('eth0')), info])
  return { about: `link ${peer}`, type: RTM_NEWLINK, flags: CREATE, body }
}

function addressOf(link: number, own: Buffer): Message {
  const head = Buffer.from([AF_INET, wholeAddress, 0, 0, ...uint32(link)])
  const body = Buffer.concat([head, attribute(IFA_LOCAL, own), attribute(IFA_ADDRESS, own)])
  return { about: 'address', type: RTM_NEWADDR, flags: CREATE, body }
}

function neighbour(link: number, gateway: Buffer, bytes: Buffer): Message {
  const head = Buffer.alloc(12)
  head.writeUInt8(AF_INET, 0)
  head.writeInt32LE(link, 4)
  head.writeUInt16LE(NUD_PERMANENT, 8)
  const body = Buffer.concat([head, attribute(NDA_DST, gateway), attribute(NDA_LLADDR, bytes)])
  return { about: 'gateway', type: RTM_NEWNEIGH, flags: CREATE, body }
}

function route(link: number, flags: number, scope: number, length: number, ...way: readonly Buffer[]): Message {
  const head = Buffer.from([AF_INET, length, 0, 0, RT_TABLE_MAIN, RTPROT_BOOT, scope, RTN_UNICAST, 0, 0, 0, 0])
  const body = Buffer.concat([head, ...way, attribute(RTA_OIF, uint32(link))])
  return { about: 'route', type: RTM_NEWROUTE, flags, body }
}

const address = (dotted: string): Buffer => Buffer.from(dotted.split('.').map(Number))
const hardware = (colons: string): Buffer => Buffer.from(colons.replaceAll(':', ''), 'hex')
