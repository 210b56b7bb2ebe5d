import { planGraph } from './parse/check-graph.ts'
import type { Draft, StepNames } from './parse/draft.ts'
import { Problems } from './parse/problems.ts'
import { Reader } from './parse/read.ts'
import { openDocument, readDraft } from './parse-plan.ts'
import type { PlanError, PlannedStep } from './plan.ts'

/** A generator's document, with its name for messages. */
export interface StepFile {
  readonly name: string
  readonly text: string
}

/** The steps of a generator's documents, planned without access to its build. */
export interface AppendedPlan {
  /**
   * The steps in the order of the documents. An index from 0 points into this list, and -1 - n
   * stands for `references[n]`. A step with neither an image nor `buildsIn` starts from its
   * generator.
   */
  readonly steps: readonly PlannedStep[]
  /** Keys of steps outside the documents that the documents name. */
  readonly references: readonly string[]
  /** Sentences for the author; they never change what runs. */
  readonly warnings: readonly string[]
}

export type AppendedResult =
  | { readonly ok: true; readonly plan: AppendedPlan }
  | { readonly ok: false; readonly error: Pick<PlanError, 'code' | 'message'> }

/**
 * Plans documents of either form that are appended to a build together. Their steps may name each
 * other and other steps of the build. Never throws.
 */
export function planAppended(files: readonly StepFile[]): AppendedResult {
  const drafts: Draft[] = []
  const warnings: string[] = []
  for (const file of files) {
    const read = readFile(file)
    if (!read.ok) return read
    drafts.push(read.draft)
    warnings.push(...read.warnings)
  }
  const problems = new Problems()
  const references = new Map<string, number>()
  const draft = joined(drafts)
  const steps = draft.steps.length === 0 ? [] : planGraph(problems, draft, namesIn(references))
  const { error } = problems
  if (error !== undefined) return { ok: false, error }
  const images = drafts.flatMap(({ steps: own, defaultImage = null }) => own.map(() => defaultImage))
  return {
    ok: true,
    plan: {
      steps: steps.map((step, i) =>
        step.buildsIn === null ? { ...step, image: step.image ?? images[i] ?? null } : step,
      ),
      references: [...references.keys()],
      warnings: [...warnings, ...problems.warnings].slice(0, 20),
    },
  }
}

type ReadFile =
  | { readonly ok: true; readonly draft: Draft; readonly warnings: readonly string[] }
  | Extract<AppendedResult, { readonly ok: false }>

function readFile({ name, text }: StepFile): ReadFile {
  const problems = new Problems()
  const opened = openDocument(text)
  const draft = opened.ok ? readDraft(new Reader(problems, true), opened.document) : undefined
  const error = opened.ok ? problems.error : opened.error
  if (draft === undefined || error !== undefined) {
    const { code = 'invalid_ir', message = '' } = error ?? {}
    return { ok: false, error: { code, message: `${name}: ${message}` } }
  }
  if (draft.timeoutSeconds !== null) problems.warn(() => '`timeout_seconds` of an appended document is ignored.')
  if (draft.concurrency !== undefined) problems.warn(() => '`concurrency` of an appended document is ignored.')
  const steps = draft.steps.map((step) => ({ ...step, at: `${name}${step.at}` }))
  const warnings = problems.warnings.map((warning) => `${name}: ${warning}`)
  return { ok: true, draft: { ...draft, steps }, warnings }
}

/** Merges drafts, whose steps may name each other, into one. */
function joined(drafts: readonly Draft[]): Draft {
  let first = 0
  const moved = drafts.map(({ steps, edges, outerEdges = [] }) => {
    const by = first
    first += steps.length
    return {
      steps,
      edges: edges.map((edge) => ({ ...edge, from: edge.from + by, to: edge.to + by })),
      outerEdges: outerEdges.map((edge) => ({ ...edge, to: edge.to + by })),
    }
  })
  return {
    ...{ timeoutSeconds: null, defaultImage: undefined, concurrency: undefined, stepsAt: '' },
    steps: moved.flatMap(({ steps }) => steps),
    edges: moved.flatMap(({ edges }) => edges),
    outerEdges: moved.flatMap(({ outerEdges }) => outerEdges),
  }
}

/** Assigns numbers to requested names, downwards from -1. */
function namesIn(references: Map<string, number>): StepNames {
  return {
    get(key) {
      const known = references.get(key)
      if (known !== undefined) return known
      const index = -1 - references.size
      references.set(key, index)
      return index
    },
  }
}
