export { type Chunk, MAX_CHUNK_BYTES, type StreamKind } from './chunk.ts'
export type { LogReader } from './store.ts'
