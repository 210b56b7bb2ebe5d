export { type BitbucketDouble, startBitbucket } from './start-bitbucket.ts'
export type { BitbucketRepository, BitbucketUser, BitbucketWorkspace } from './world.ts'
