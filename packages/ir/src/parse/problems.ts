import type { PlanError, PlanErrorCode } from '../plan.ts'

/**
 * Stages of a document's checks in their order (`ir.md` 1.6). Problems of earlier stages are
 * reported first.
 */
export type Stage = 'shape' | 'limit' | 'graph'

const STAGES: readonly Stage[] = ['shape', 'limit', 'graph']

export interface Problem {
  readonly stage: Stage
  readonly code?: PlanErrorCode
  /** JSON pointer. */
  readonly at: string
  readonly expected: string
  /** A phrase; see `describe`. */
  readonly got: string
  /** The advice, as a sentence. */
  readonly fix: string
}

/** Maximum number of listed problems of one document. */
const MAX_LISTED = 20

/** Collects the problems of a document: the first of each stage, and the total number. */
export class Problems {
  readonly #first = new Map<Stage, Problem[]>()
  #count = 0
  readonly #warnings: string[] = []
  #unlisted = 0

  add(problem: Problem): void {
    this.#count++
    const stage = this.#first.get(problem.stage) ?? []
    if (stage.length < MAX_LISTED) this.#first.set(problem.stage, [...stage, problem])
  }

  /**
   * Adds a warning for the author. Only the first 20 are kept, which bounds the list for any
   * document.
   */
  warn(sentence: () => string): void {
    if (this.#warnings.length < 20) this.#warnings.push(sentence())
    else this.#unlisted++
  }

  get warnings(): readonly string[] {
    return this.#unlisted === 0 ? this.#warnings : [...this.#warnings, `${this.#unlisted} more warnings of this kind.`]
  }

  /** Whether a problem of an earlier stage makes the check of the graph pointless. */
  get beforeGraph(): boolean {
    return STAGES.some((stage) => stage !== 'graph' && this.#first.has(stage))
  }

  /** Returns the problem to report; undefined when there is none. */
  get error(): PlanError | undefined {
    const listed = STAGES.flatMap((stage) => this.#first.get(stage) ?? []).slice(0, MAX_LISTED)
    const [first] = listed
    if (first === undefined) return undefined
    const error = planError(first.code ?? 'invalid_ir', first.at, first, this.#count - 1)
    const problems = listed.map((problem) => ({ pointer: problem.at, message: sentence(problem) }))
    return { ...error, problems, unlisted: this.#count - listed.length }
  }
}

/**
 * Formats the error as in `ir.md` 1.6. `place` replaces the pointer if the document is not JSON.
 */
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

/**
 * Returns a value as a short phrase for messages that is safe to store: no byte 0, no lone
 * surrogates, about 80 characters.
 */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return String(value)
  if (typeof value === 'string')
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60).toWellFormed()}…` : value)
  return Array.isArray(value) ? 'a list' : 'an object'
}

/** Returns a whole number with separators. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
