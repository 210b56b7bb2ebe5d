export { type Chunk, chunkJson, type LogReader, MAX_CHUNK_BYTES, type StreamKind } from './chunk.ts'
export { stripEscapes } from './escapes.ts'
export {
  countWords,
  type Failure,
  type Found,
  failureWords,
  MAX_FAILURES,
  nothingFound,
  type QuotedFailure,
  type ReportedFailure,
} from './failures/failure.ts'
export { FailureFinder } from './failures/failure-finder.ts'
export { cleanMessage, unequalValues } from './failures/message.ts'
export { isOwn, type Place, placesIn } from './failures/place.ts'
export { testTitle, verdictWords } from './failures/test-names.ts'
export { type CutLine, LineCutter } from './lines/line-cutter.ts'
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
export { nextTurn } from './next-turn.ts'
export type { Piece } from './piece.ts'
export { GrowingRedactor } from './redaction/growing-redactor.ts'
export { createRedactor } from './redaction/redactor.ts'
export { isMaskable, MAX_SECRET_BYTES, SecretsTooLong } from './redaction/secret-texts.ts'
export { type LogRemark, logRemoved, saysRemoved } from './remarks.ts'
export { decodeSegment, encodeSegment, segmentSize } from './segment.ts'
export { batches } from './spool/batches.ts'
export { decodeProgress } from './spool/progress.ts'
