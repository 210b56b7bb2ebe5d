/**
 * Creates the spans of ended jobs and builds from database rows. Contains names and ids only: no
 * commands, values of variables or error texts.
 */
import {
  type Build,
  type BuildContext,
  commandSpanId,
  type Job,
  type JobPhase,
  spanId,
  type TraceOrigin,
} from '@harmont/engine'
import type { EndedSpan } from '../../platform/tracing/tracing.ts'
import type { ExportRow, ReportRow, Unsent } from './store.ts'

/** A traced build with its context. */
export interface TracedBuild {
  readonly build: Build
  readonly context: BuildContext & { readonly trace: TraceOrigin }
}

/** Terms of OpenTelemetry's conventions for CI/CD. */
const results: Readonly<Partial<Record<Job['state'] | Build['state'], string>>> = {
  passed: 'success',
  failed: 'failure',
  canceled: 'cancellation',
  timed_out: 'timeout',
}

/** Returns the id of a build's span, the parent of its jobs' spans. */
function buildSpanId(build: Pick<Build, 'id'>): string {
  return spanId('build', build.id)
}

/** Returns the span of a build from its creation to this end; after a retry, from that retry. */
export function spanOfBuild(
  { build, context }: TracedBuild,
  { finished_at: finishedAt, idle_ms: idleMs }: Pick<Unsent, 'finished_at' | 'idle_ms'>,
): EndedSpan {
  const { traceId, parentId } = context.trace
  const isFirst = Number(idleMs ?? 0) === 0
  const to = finishedAt ?? new Date(build.finishedAt ?? build.createdAt)
  return {
    traceId,
    spanId: isFirst ? buildSpanId(build) : spanId('build', build.id, Number(idleMs)),
    parentId: isFirst ? parentId : buildSpanId(build),
    name: `${isFirst ? 'build' : 'retry'} ${context.origin.pipeline ?? ''}`.trim(),
    isRequest: false,
    // Retries created the newest attempts.
    from: new Date(
      isFirst ? build.createdAt : Math.min(Math.max(...build.jobs.map((job) => job.createdAt)), to.getTime()),
    ),
    to,
    attributes: {
      ...nameOf(context),
      'cicd.pipeline.run.id': build.id,
      ...resultOf('cicd.pipeline.result', build.state),
    },
    error: build.state === 'failed' ? (build.errorCode ?? 'failed') : null,
  }
}

/**
 * Returns the spans of an ended job, its phases and its reports; none for a job that never started.
 */
export function spansOfJob(
  { build, context }: TracedBuild,
  job: Job,
  reports: readonly ReportRow[],
): readonly EndedSpan[] {
  const { scheduledAt, finishedAt } = job
  if (scheduledAt === null || finishedAt === null) return []
  const { traceId } = context.trace
  const key = job.step === null ? 'render' : (build.steps[job.step]?.key ?? 'step')
  const own = spanId('job', job.id)
  const attributes = {
    ...nameOf(context),
    'cicd.pipeline.run.id': build.id,
    'cicd.pipeline.task.name': key,
    'cicd.pipeline.task.run.id': job.id,
    'harmont.attempt': job.attempt,
  }
  const parts = partsOf(job)
  const base = { traceId, isRequest: false, error: null }
  const whole: EndedSpan = {
    ...base,
    spanId: own,
    parentId: buildSpanId(build),
    name: `job ${key}`,
    from: new Date(scheduledAt),
    to: new Date(Math.max(finishedAt, ...parts.map(({ to }) => to))),
    attributes: {
      ...attributes,
      ...(job.runner !== null && { 'cicd.worker.id': job.runner }),
      ...resultOf('cicd.pipeline.task.run.result', job.state),
      'harmont.lost_leases': job.lost,
      ...(job.cached && { 'harmont.cached': 'true' }),
    },
    error: errorOf(job),
  }
  const inside = parts.map(({ name, fence, from, to }) => ({
    ...base,
    spanId: name === 'command' ? commandSpanId(job.id, fence) : spanId('phase', job.id, fence, name),
    parentId: own,
    name,
    from: new Date(from),
    to: new Date(to),
    attributes: { ...attributes, 'harmont.lease': fence },
    error: name === 'command' ? errorOf(job) : null,
  }))
  return [whole, ...inside, ...reports.flatMap((report) => spansOfReport(base, job, report))]
}

/** A report does not record when a test ran, so one span covers all tests of a command. */
function spansOfReport(
  base: Pick<EndedSpan, 'traceId' | 'isRequest'>,
  { id, fence, startedAt, finishedAt }: Job,
  { path, passed, failed, skipped, errored }: ReportRow,
): readonly EndedSpan[] {
  if (startedAt === null || finishedAt === null) return []
  const hasFailed = failed + errored > 0
  return [
    {
      ...base,
      spanId: spanId('test', id, fence, path),
      parentId: commandSpanId(id, fence),
      name: 'test',
      from: new Date(startedAt),
      to: new Date(Math.max(startedAt, finishedAt)),
      attributes: {
        'test.suite.name': path,
        'test.suite.run.status': hasFailed ? 'failure' : 'success',
        'harmont.tests.passed': passed,
        'harmont.tests.failed': failed + errored,
        'harmont.tests.skipped': skipped,
      },
      error: hasFailed ? 'tests_failed' : null,
    },
  ]
}

/**
 * Returns the span of files that their runner sent for others, a child of the job that left them.
 */
export function spanOfExport(
  { build, context }: TracedBuild,
  { job_id: jobId, snapshot, runner, bytes, asked_at: from, stored_at: to }: ExportRow,
): EndedSpan {
  return {
    traceId: context.trace.traceId,
    spanId: spanId('export', jobId, snapshot),
    parentId: spanId('job', jobId),
    name: 'export',
    isRequest: false,
    from,
    to: new Date(Math.max(from.getTime(), to.getTime())),
    attributes: {
      ...nameOf(context),
      'cicd.pipeline.run.id': build.id,
      'cicd.pipeline.task.run.id': jobId,
      'cicd.worker.id': runner,
      'harmont.bytes': Number(bytes),
    },
    error: null,
  }
}

type Part = Omit<JobPhase, 'name'> & { readonly name: string }

/** Returns queue, lease and command, from the job's own times, with the phases between them. */
function partsOf({ fence, notBefore, scheduledAt, assignedAt, startedAt, finishedAt, phases }: Job): readonly Part[] {
  const own = phases.filter((phase) => phase.fence === fence)
  const begun = own[0]?.from ?? startedAt ?? finishedAt
  const part = (name: string, from: number | null, to: number | null): Part[] =>
    from === null || to === null || to < from ? [] : [{ name, fence, from, to }]
  return [
    ...part('queue', scheduledAt && Math.max(scheduledAt, notBefore ?? 0), assignedAt),
    ...part('lease', assignedAt, begun),
    ...phases,
    ...part('command', startedAt, finishedAt),
  ]
}

function nameOf({ origin, injectedEnv }: BuildContext): Readonly<Record<string, string>> {
  return {
    ...(origin.pipeline !== undefined && { 'cicd.pipeline.name': origin.pipeline }),
    ...(origin.number !== undefined && { 'harmont.build.number': origin.number }),
    ...(origin.url !== undefined && { 'cicd.pipeline.run.url.full': origin.url }),
    ...(injectedEnv.HARMONT_ORG !== undefined && { 'harmont.organization': injectedEnv.HARMONT_ORG }),
  }
}

function resultOf(name: string, state: Job['state'] | Build['state']): Readonly<Record<string, string>> {
  return { [name]: results[state] ?? state }
}

function errorOf({ state, errorCode }: Job): string | null {
  return state === 'failed' || state === 'timed_out' ? (errorCode ?? state) : null
}
