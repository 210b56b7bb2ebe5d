export { type SizedPath, SourceError, type SourceErrorCode } from './source-error.ts'
export { type GitFacts, pathBytes, type SourceEntry, type SourceSet } from './source-set.ts'
