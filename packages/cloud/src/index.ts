import type { components } from '@harmont/contract'

export { allPages } from './all-pages.ts'
export type { Answer, CallOptions, Input } from './call.ts'
export { type ClientOptions, type CloudClient, createClient } from './client.ts'
export { CloudError, type CloudErrorCode } from './cloud-error.ts'
export {
  type Build,
  type BuildUpdate,
  type FollowOptions,
  followBuild,
  isEnded,
  type Job,
  waitForBuild,
} from './follow-build.ts'
export type { Operations } from './generated/operations.ts'
export { pause } from './patience.ts'
export { type BuildAddress, type LogChunk, type StreamLogsOptions, streamLogs } from './stream-logs.ts'
export { type StreamedBody, withSource } from './streamed-body.ts'
/** Requests and answers of the API, by their names in the contract. */
export type Schemas = components['schemas']
