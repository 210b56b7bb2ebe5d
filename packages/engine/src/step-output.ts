import type { StepFile } from '@harmont/ir'
import type { EgressNames } from '@harmont/sandbox'
import { type Artifact, isArtifact } from './artifacts/artifact.ts'
import { isTestReport, type TestReport } from './reports/test-report.ts'

/** The output of a step besides its file system. The runner reports it with the outcome. */
export interface StepOutput {
  readonly annotations: readonly Annotation[]
  /** Each path once. */
  readonly artifacts: readonly Artifact[]
  /** Test reports of the step, in the order of the pipeline. */
  readonly tests: readonly TestReport[]
  /**
   * The hosts that the step used, and those that it was refused. Absent for a step whose
   * hosts were neither limited nor observed.
   */
  readonly egress?: EgressNames
  /** Absent for steps that are not generators, and from a runner that cannot read the documents. */
  readonly steps?: LeftSteps
}

/** The documents of steps to append, in name order, or the reason why they cannot be read. */
export type LeftSteps =
  | { readonly kind: 'files'; readonly files: readonly StepFile[] }
  | { readonly kind: 'unreadable'; readonly problem: string }

/** Maximum number of documents of one generator, and their maximum total size in bytes. */
export const mostStepFiles = 1_000
export const largestSteps = 8 * 1024 * 1024

/** A Markdown text that a step shows on its build's page. Secrets in the text are masked. */
export interface Annotation {
  /** Unique among the step's annotations of the same style; `summary` for its summary. */
  readonly name: string
  readonly style: AnnotationStyle
  readonly markdown: string
}

const annotationStyles = ['info', 'error', 'warning', 'success', 'summary'] as const
export type AnnotationStyle = (typeof annotationStyles)[number]

/** An annotation of a build, with the job that made it. */
export interface BuildAnnotation extends Annotation {
  /** Stays the same as long as the annotation is kept. */
  readonly id: string
  readonly jobId: string
}

/** Returns the id of a job's annotation at this position. */
export function annotationId(jobId: string, position: number): string {
  return `${jobId}-${position}`
}

export const mostAnnotationsPerStep = 20
const mostAnnotationsPerBuild = 100
export const largestAnnotation = 64 * 1024

export const noOutput: StepOutput = { annotations: [], artifacts: [], tests: [] }

/**
 * Returns the output in a snapshot's description, for later cache hits. Leaves out unknown content,
 * because another release or another machine may have written it.
 */
export function outputOf(kept: unknown): StepOutput {
  const { annotations, artifacts, tests, steps } = fields(kept)
  const { files } = fields(steps)
  return {
    annotations: list(annotations).filter(isAnnotation).slice(0, mostAnnotationsPerStep),
    artifacts: list(artifacts).filter(isArtifact),
    tests: list(tests).filter(isTestReport),
    ...(Array.isArray(files) && files.every(isStepFile) && { steps: { kind: 'files', files } }),
  }
}

function isAnnotation(value: unknown): value is Annotation {
  const { name, style, markdown } = fields(value)
  return (
    typeof name === 'string' &&
    annotationStyles.some((known) => known === style) &&
    typeof markdown === 'string' &&
    Buffer.byteLength(markdown) <= largestAnnotation
  )
}

function isStepFile(value: unknown): value is StepFile {
  const { name, text } = fields(value)
  return typeof name === 'string' && typeof text === 'string'
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/**
 * Returns the annotations of a step that fit into a build whose other steps have `count`, and a
 * remark that names the rest.
 */
export function withinBuild(
  count: number,
  annotations: readonly Annotation[],
): { readonly kept: readonly Annotation[]; readonly remark: string | null } {
  const room = Math.max(mostAnnotationsPerBuild - count, 0)
  const left = annotations.slice(room).map(({ name }) => name)
  const remark =
    left.length === 0
      ? null
      : `a build shows at most ${mostAnnotationsPerBuild} annotations; left out: ${left.join(', ')}`
  return { kept: annotations.slice(0, room), remark }
}
