import type { PlanError, PlanErrorCode } from '../plan.ts'

/** The order in which a document is checked (`ir.md` 1.6); a problem of an earlier stage is reported before one of a later. */
export type Stage = 'shape' | 'limit' | 'unsupported' | 'graph'

const STAGES: readonly Stage[] = ['shape', 'limit', 'unsupported', 'graph']

export interface Problem {
  readonly stage: Stage
  readonly code?: PlanErrorCode
  /** JSON pointer. */
  readonly at: string
  readonly expected: string
  /** As a phrase; see `describe`. */
  readonly got: string
  /** What to do, as a sentence. */
  readonly fix: string
}

/** As many problems are listed as somebody reads: a wrong document cannot make a long list. */
const MAX_LISTED = 20

/** Collects what is wrong with a document: the first problems of each stage, and how many there are. */
export class Problems {
  readonly #first = new Map<Stage, Problem[]>()
  #count = 0
  readonly #warnings: string[] = []
  #unlisted = 0
  readonly #ignored: Stage | undefined

  /** `ignored`: a stage whose problems are none. */
  constructor(ignored?: Stage) {
    this.#ignored = ignored
  }

  add(problem: Problem): void {
    if (problem.stage === this.#ignored) return
    this.#count++
    const stage = this.#first.get(problem.stage) ?? []
    if (stage.length < MAX_LISTED) this.#first.set(problem.stage, [...stage, problem])
  }

  /** A sentence for the author; only the first 20 are made and kept, so that a wrong document cannot make a long list. */
  warn(sentence: () => string): void {
    if (this.#warnings.length < 20) this.#warnings.push(sentence())
    else this.#unlisted++
  }

  get warnings(): readonly string[] {
    return this.#unlisted === 0 ? this.#warnings : [...this.#warnings, `${this.#unlisted} more warnings of this kind.`]
  }

  /** Whether something is wrong that makes the graph not worth checking. */
  get beforeGraph(): boolean {
    return STAGES.some((stage) => stage !== 'graph' && this.#first.has(stage))
  }

  /** The problem to report, or undefined when there is none. */
  get error(): PlanError | undefined {
    const listed = STAGES.flatMap((stage) => this.#first.get(stage) ?? []).slice(0, MAX_LISTED)
    const [first] = listed
    if (first === undefined) return undefined
    const error = planError(first.code ?? 'invalid_ir', first.at, first, this.#count - 1)
    const problems = listed.map((problem) => ({ pointer: problem.at, message: sentence(problem) }))
    return { ...error, problems, unlisted: this.#count - listed.length }
  }
}

/** The error in the words of `ir.md` 1.6. `place` stands for the pointer where the document is no JSON. */
export function planError(
  code: PlanErrorCode,
  pointer: string,
  { expected, got, fix }: Pick<Problem, 'expected' | 'got' | 'fix'>,
  more = 0,
  place = pointer === '' ? 'the top of the document' : pointer,
): PlanError {
  const rest = more === 0 ? '' : more === 1 ? ' There is 1 more problem.' : ` There are ${more} more problems.`
  const message = sentence({ expected, got, fix })
  return {
    code,
    pointer,
    message: `${code} at ${place}: ${message}${rest}`,
    problems: [{ pointer, message }],
    unlisted: 0,
  }
}

function sentence({ expected, got, fix }: Pick<Problem, 'expected' | 'got' | 'fix'>): string {
  return `expected ${expected}, got ${got}. ${fix}`
}

/** A value as a short phrase for messages, safe to store: no byte 0, no lone surrogates, at most some 80 characters. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60).toWellFormed()}…` : value)
  return Array.isArray(value) ? 'a list' : 'an object'
}

/** A whole number with separators, as limits are written. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
