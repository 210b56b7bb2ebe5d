export { type Chunk, MAX_CHUNK_BYTES, type StreamKind } from './chunk.ts'
export { chunkJson } from './chunk-json.ts'
export { stripEscapes } from './escapes.ts'
export { looksLikeError } from './failures/error-line.ts'
export { type Failure, type Found, nothingFound, type QuotedFailure } from './failures/failure.ts'
export { FailureFinder } from './failures/failure-finder.ts'
export { countWords, failureWords } from './failures/failure-words.ts'
export { type CutLine, LineCutter, MAX_LINE_CHARACTERS } from './lines/line-cutter.ts'
export {
  blockOfLine,
  blockOfOffset,
  blockOfSeq,
  firstLineOf,
  type LineIndex,
  type LogBlock,
  type LogGroup,
} from './lines/line-index.ts'
export { LineIndexer } from './lines/line-indexer.ts'
export type { Piece } from './piece.ts'
export { createRedactor, type Redactor } from './redaction/redactor.ts'
export { isMaskable, MAX_SECRET_BYTES, SecretsTooLong } from './redaction/secret-texts.ts'
export type { LogRemark } from './remarks.ts'
export { logRemoved, saysRemoved } from './retention-remark.ts'
export { decodeSegment, encodeSegment } from './segment.ts'
export { batches } from './spool/batches.ts'
export { decodeProgress, type LogProgress } from './spool/progress.ts'
export type { Batch, CutterOptions } from './spool/spool-cutter.ts'
export type { LogReader } from './store.ts'
