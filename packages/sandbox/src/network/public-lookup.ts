import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isPublicAddress } from './public-address.ts'

/** A name, or an address itself, leads to a machine that is not on the Internet. */
export class PrivateAddress extends Error {
  override readonly name = 'PrivateAddress'
  constructor(address: string) {
    super(`leads to ${address}, which is not a public address`)
  }
}

/**
 * Looks a name up, and fails with `PrivateAddress` when one of its addresses is not public. A connection that is made with it is made to what is given here,
 * so a name cannot change in between. Node.js asks nobody about an address: check that with `isPublicAddress`.
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
