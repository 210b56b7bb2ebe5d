/** Lets other runners take layers from this one. Loaded only if `HARMONT_PEER_ADDRESS` is set. */
import type { Log } from '@harmont/engine'
import type { OciDriver } from '@harmont/sandbox'
import { openPeer as openWirePeer, type Peer } from '@harmont/wire/peers'
import type { DataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { type Settings, SettingsError } from '../platform/settings/read-settings.ts'
import { peerIdentity } from '../runners/peer-certificate.ts'

export interface PeerOptions {
  readonly address: NonNullable<Settings['peerAddress']>
  readonly driver: Pick<OciDriver, 'exchange'>
  readonly directory: DataDirectory
  readonly log: Log
}

export async function openPeer({ address, driver, directory, log }: PeerOptions): Promise<Peer> {
  const { exchange } = driver
  if (exchange === undefined) throw new Error('the sandbox driver cannot export layers')
  const identity = await peerIdentity(directory)
  try {
    return await openWirePeer({
      ...address,
      identity,
      fileOf: (layer, digest) => exchange.fileOf(layer, digest),
      log,
    })
  } catch (error) {
    const { host, port } = address
    throw new SettingsError(`HARMONT_PEER_ADDRESS: could not listen at ${host}, port ${port} (${error}).`)
  }
}
