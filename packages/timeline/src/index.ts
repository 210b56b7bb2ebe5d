export { type AttemptPart, attemptParts, isWait, type PartKind, type Span, type TimedAttempt } from './attempt-parts.ts'
export { criticalPath, type PathPart, type TimedBuild } from './critical-path.ts'
export { kindWords, lostKinds, type Share, sharesOf, shareWords, sumsOf } from './shares.ts'
