export { isPublicAddress } from './public-address.ts'
export { PrivateAddress, publicLookup } from './public-lookup.ts'
