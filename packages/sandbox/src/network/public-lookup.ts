import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** A name, or an address, leads to a machine that is not on the Internet. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
  constructor(address: string) {
    super(`leads to ${address}, which is not a public address`)
  }
}

/**
 * Looks up a name. Fails with `PrivateAddress` if any of its addresses is not public. The
 * connection uses the addresses returned here, so the name cannot change in between. Node.js does
 * not call this for a literal address: check those with `isPublicAddress`.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    const [first] = found ?? []
    const refused = found?.find(({ address }) => !isPublicAddress(address))
    if (error !== null) callback(error, '', 0)
    else if (refused !== undefined) callback(new PrivateAddress(refused.address), '', 0)
    else if (options.all) callback(null, found as LookupAddress[])
    else callback(null, first?.address ?? '', first?.family)
  })
}
