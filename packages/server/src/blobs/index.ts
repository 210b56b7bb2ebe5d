export type { BlobStore, BlobWriter } from './blob-store.ts'
export { openDirectoryStore } from './directory-store.ts'
