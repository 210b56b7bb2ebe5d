export { type AttemptPart, attemptParts, type PartKind, type Span, type TimedAttempt } from './attempt-parts.ts'
export { criticalPath, type PathPart, type TimedBuild } from './critical-path.ts'
export { kindWords, lostKinds, type Share, sharesOf, sumsOf } from './shares.ts'
