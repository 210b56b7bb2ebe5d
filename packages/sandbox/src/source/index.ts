export { type CollectRequest, collectSources } from './collect-sources.ts'
export type { SourceLimits } from './limits.ts'
export { type SyncRequest, syncWorkspace } from './sync-workspace.ts'
export { type UnpackRequest, unpackSource } from './unpack-source.ts'
