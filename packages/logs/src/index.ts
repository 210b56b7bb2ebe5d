export { batches } from './batches.ts'
export { type Chunk, MAX_CHUNK_BYTES, type StreamKind } from './chunk.ts'
export { chunkJson } from './chunk-json.ts'
export { looksLikeError } from './error-line.ts'
export { stripEscapes } from './escapes.ts'
export { type Failure, type Found, nothingFound, type QuotedFailure } from './failures/failure.ts'
export { FailureFinder } from './failures/failure-finder.ts'
export { countWords, failureWords } from './failures/failure-words.ts'
export { type CutLine, LineCutter, MAX_LINE_CHARACTERS } from './line-cutter.ts'
export {
  blockOfLine,
  blockOfOffset,
  blockOfSeq,
  firstLineOf,
  type LineIndex,
  type LogBlock,
  type LogGroup,
} from './line-index.ts'
export { LineIndexer } from './line-indexer.ts'
export type { Piece } from './piece.ts'
export { decodeProgress, type LogProgress } from './progress.ts'
export { createRedactor, type Redactor } from './redactor.ts'
export type { LogRemark } from './remark-kind.ts'
export { logRemoved, saysRemoved } from './retention-remark.ts'
export { isMaskable, MAX_SECRET_BYTES, SecretsTooLong } from './secret-texts.ts'
export { decodeSegment, encodeSegment } from './segment.ts'
export type { Batch, CutterOptions } from './spool-cutter.ts'
export type { LogReader } from './store.ts'
