export type { BlobStore } from './blob-store.ts'
export { openDirectoryStore } from './directory-store.ts'
