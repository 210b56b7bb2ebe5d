export { type SyncRequest, syncWorkspace } from './sync-workspace.ts'
export { type SourceLimits, type UnpackRequest, unpackSource } from './unpack-source.ts'
