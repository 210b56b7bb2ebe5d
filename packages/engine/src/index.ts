export { abandonBuilds } from './abandon-builds.ts'
export { type Artifact, partBytes } from './artifacts/artifact.ts'
export { type FileParts, openFileParts } from './artifacts/file-parts.ts'
export type { LackingParts, PartStore, WantedParts } from './artifacts/part-store.ts'
export type { CacheLookUp, LookUpInputs } from './cache-look-up.ts'
export { type Created, createBuild, type NewBuild } from './core/create-build.ts'
export { decide } from './core/decide.ts'
export type { DecideContext } from './core/draft.ts'
export { foldBuild } from './core/fold-build.ts'
export { reasonOfGate } from './core/gates.ts'
export { defaultLimits, type Limits } from './core/limits.ts'
export { type Change, evolve, liveBuild, viewBuild } from './core/live-build.ts'
export type {
  AppendRequest,
  Build,
  BuildEvent,
  BuildState,
  Effect,
  Instant,
  Job,
  JobErrorCode,
  JobPhase,
  JobState,
  Outcome,
  ServiceState,
  Step,
} from './core/model.ts'
export { defaultPool, reaches } from './core/placement/reach.ts'
export { absentFiles, type RunnerWait, runnerWaits } from './core/placement/runner-waits.ts'
export { planBuild } from './core/plan-build.ts'
export { judge, namedPrerequisites, prerequisitesOf } from './core/prerequisites.ts'
export { failedInQuarantine } from './core/soft-failure.ts'
export { isBuildTerminal, isHeld, isTerminal } from './core/states.ts'
export { createEngine, type Engine, type EngineOptions, type EngineRunner } from './engine.ts'
export {
  blobBytes,
  Damaged,
  decodeFrames,
  encodeFrames,
  frameContent,
  framesAround,
  objectBytes,
  type SizedBlob,
} from './layers/framed-blob.ts'
export {
  type LackingObject,
  type LayerBlob,
  type LayerForm,
  type LayerObject,
  type LayerTraffic,
  layerPartBytes,
  NotWanted,
  type TravellingLayer,
  type WantedSnapshot,
} from './layers/layer.ts'
export type { DirectObjects, LayerObjects } from './layers/layer-objects.ts'
export type {
  LayerPeer,
  LayerPort,
  LocatedPart,
  LocatedParts,
  LocatedPeers,
  ObjectPart,
  PartTarget,
  WrittenPart,
} from './layers/layer-port.ts'
export { type PeerAddress, type PeerTicket, readTicket, signTicket } from './layers/peers.ts'
export type { Log } from './log.ts'
export { LogGap } from './log-gap.ts'
export type { LogSegments, SegmentPlace } from './log-segments.ts'
export { createMemoryStore, type MemoryStore, type SplitMemory } from './memory/memory-store.ts'
export {
  type Directive,
  type IdTokensAnswer,
  type LeasedFork,
  type LeasedJob,
  type LeaseRef,
  type LeaseStatus,
  type ProbePort,
  type RenderResult,
  type RunnerPort,
  type SecretsAnswer,
  type SecretValue,
  type SourceOffer,
  SourceUnavailable,
  type SourceUnavailableCode,
  type StepWork,
} from './port.ts'
export { stepOf } from './postgres/appended-steps.ts'
export type { Outbox } from './postgres/build-work.ts'
export { DatabaseClock } from './postgres/database-clock.ts'
export { type JobRow, phasesFromRow } from './postgres/job-rows.ts'
export { engineMigrations } from './postgres/migrations.ts'
export { PostgresStore, type PostgresStoreOptions } from './postgres/postgres-store.ts'
export type { ProofOutbox, ProofRun } from './postgres/tests/probes.ts'
export { fileTimesText, noteFileTimesText } from './postgres/tests/splits.ts'
export { testsInUse } from './postgres/tests/test-reports.ts'
export { type Limited, setLimit } from './postgres/waiting/limits.ts'
export { type ForkEnd, type ForkOutput, judgeForks } from './probes/probe.ts'
export type { Verdict } from './probes/proof.ts'
export { testKey } from './reports/results.ts'
export { isRed, type TestCase, type TestReport } from './reports/test-report.ts'
export { createRunner, type Runner } from './runner/create-runner.ts'
export {
  type Disk,
  type DiskRoom,
  type DiskWatch,
  defaultLeastFreeBytes,
  roomSentence,
  watchDisk,
} from './runner/disk-watch.ts'
export type { RunnerOptions } from './runner/options.ts'
export { type ShellRequest, ShellUnavailable, type ShellWork } from './runner/shells/open-shell.ts'
export { lackingFeatures, runnerFeatures } from './runner-features.ts'
export { Collector, usualPinnedMs } from './scheduler/collector.ts'
export type { IdTokenIssuer, IdTokenRequest } from './scheduler/id-tokens-of-job.ts'
export { createLocalPort, type LocalPortOptions } from './scheduler/local-port.ts'
export { Scheduler } from './scheduler/scheduler.ts'
export { shellWork } from './scheduler/shell-work.ts'
export { type OpenServiceLog, serviceLogId } from './service-log.ts'
export { type Deal, median, type SplitFile } from './splits/deal.ts'
export type { FileSplit } from './splits/split-store.ts'
export { type BuildAnnotation, noOutput, type StepOutput } from './step-output.ts'
export type {
  Applied,
  BuildContext,
  BuildSource,
  ChangeFeed,
  HeldFork,
  LayerPlace,
  Lease,
  LiveSnapshots,
  PresentRunner,
  RunnerReport,
  RunnerRoom,
  Store,
} from './store.ts'
export { defaultStoreSettings, type StoreSettings } from './store-settings.ts'
export { commandSpanId, type Phase, type PhaseName, spanId, type TraceOrigin, traceparent } from './trace.ts'
export { Turns } from './turns.ts'
export type { Wait } from './wait.ts'
export type { EngineWatch } from './watch.ts'
