/** Runners that exchange layers. Loaded only by runners configured for it. */

import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, isIPv6 } from 'node:net'
import { type Log, type PeerAddress, readTicket } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { Caller } from '../connect/caller.ts'
import { digestOf, type PeerIdentity } from './certificate.ts'
import { layerGiver } from './give-layers.ts'
import { LayerTransfer } from './take-layers.ts'

export type { PeerIdentity } from './certificate.ts'

export interface PeerOptions {
  /** Host to listen on, at which other runners reach this one. Port 0 selects any free port. */
  readonly host: string
  readonly port: number
  readonly identity: PeerIdentity
  fileOf(layer: string, digest: string): Promise<string | null>
  readonly log: Log
}

/** This runner's interface to other runners of its pool. */
export interface Peer {
  readonly told: PeerAddress
  /**
   * Stores the server's values from the last renewal: the key for tickets, and how far the server's
   * clock is ahead.
   */
  learn(key: string | null, aheadMs: number): void
  /** Returns the transfer that takes layers from other runners. */
  taker(caller: Pick<Caller, 'call'>): LayerTransfer
  close(): Promise<void>
}

export async function openPeer({ host, port, identity, fileOf, log }: PeerOptions): Promise<Peer> {
  let known: { readonly key: string; readonly aheadMs: number } | null = null
  const ticket = (text: string) => known && readTicket(known.key, text, now() + known.aheadMs)
  const server = layerGiver({ identity, ticket, fileOf, log })
  server.listen(port, host)
  await once(server, 'listening')
  const { port: actual } = server.address() as AddressInfo
  const name = isIPv6(host) ? `[${host}]` : host
  return {
    told: { address: `${name}:${actual}`, certificate: digestOf(new X509Certificate(identity.cert)) ?? '' },
    learn(key, aheadMs) {
      known = key === null ? null : { key, aheadMs }
    },
    taker: (caller) => new LayerTransfer({ caller, identity, log }),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
