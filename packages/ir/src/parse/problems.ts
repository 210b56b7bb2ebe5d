import type { PlanError, PlanErrorCode } from '../plan.ts'

/**
 * Order of the checks of a document (`ir.md` 1.6). A problem of an earlier stage is reported first.
 */
export type Stage = 'shape' | 'limit' | 'graph'

const STAGES: readonly Stage[] = ['shape', 'limit', 'graph']

export interface Problem {
  readonly stage: Stage
  readonly code?: PlanErrorCode
  /** JSON pointer. */
  readonly at: string
  readonly expected: string
  /** As a phrase; see `describe`. */
  readonly got: string
  /** The advice, as a sentence. */
  readonly fix: string
}

/** Number of listed problems. It bounds the list that a wrong document makes. */
const MAX_LISTED = 20

/** Collects what is wrong with a document: the first problems of each stage, and their number. */
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
   * Adds a sentence for the author. Only the first 20 are kept, so that a wrong document cannot
   * make a long list.
   */
  warn(sentence: () => string): void {
    if (this.#warnings.length < 20) this.#warnings.push(sentence())
    else this.#unlisted++
  }

  get warnings(): readonly string[] {
    return this.#unlisted === 0 ? this.#warnings : [...this.#warnings, `${this.#unlisted} more warnings of this kind.`]
  }

  /** Whether a problem makes the graph not worth checking. */
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
 * Words the error as in `ir.md` 1.6. `place` replaces the pointer where the document is not JSON.
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
