import type { ReportedFailure } from '@harmont/logs'
import type { ListedArtifact } from '../artifacts/choose.ts'
import type { OpenBytes } from '../artifacts/steady-bytes.ts'
import { exits, HmError } from '../errors.ts'
import type { ToldTest } from '../inspect/failed-tests.ts'
import { serviceIn } from '../inspect/service-in.ts'
import { isPlainName } from './answer.ts'

/** A step of a build in the form that tools use. */
export interface SeenStep {
  /** Its position in the build, from 1. */
  readonly number: number
  readonly key: string
  readonly state: string
  readonly isFailure: boolean
  readonly softFailed: boolean
  readonly attempt: number
  readonly command: string | null
  readonly durationMs: number | null
  /** Its end, such as `exit 1`; null unless it failed. */
  readonly ending: string | null
  /** Its services. */
  readonly services: readonly { readonly name: string; readonly state: string }[]
}

/** The reason for a step's failure, from its test reports and its log. */
export interface SeenFailure {
  readonly counts: { readonly tests: number; readonly errors: number }
  /** The first reports, at most ten. */
  readonly reports: readonly (ReportedFailure & { readonly logLine: number | null })[]
  /** The platform's message, or a guess. */
  readonly cause: string | null
  /** The log lines of the first failure, or the last lines. */
  readonly excerpt: readonly string[]
}

export interface SeenLine {
  /** The line number in the log, from 1. */
  readonly number: number
  readonly text: string
}

/** A requested page of a log of a step: its start and maximum number of lines. */
export interface LogWish {
  /** A service of the step, or a fork that proved its tests (`fork-3`); undefined for its command. */
  readonly beside: string | undefined
  /** Number of the first line; undefined to read the last lines. */
  readonly from: number | undefined
  /** Selects only lines with this text, ignoring case. */
  readonly search: string | undefined
  readonly attempt: number | undefined
  readonly limit: number
}

export interface LogPart {
  readonly lines: readonly SeenLine[]
  /** Number of lines in the whole log so far. */
  readonly total: number
}

/** A failed test. */
export interface SeenTest extends ToldTest {
  readonly notes: readonly string[]
  /** The forks' verdict, and the number of one fork; null without forks. */
  readonly forks: { readonly words: string; readonly first: number } | null
}

export interface SeenTests {
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number }
  readonly tests: readonly SeenTest[]
  /** Whether any step reported tests. */
  readonly isReported: boolean
}

export interface SeenArtifact extends ListedArtifact {
  readonly open: OpenBytes
}

/** A build that tools read: a run of this machine, or a build of the server. */
export interface SeenBuild {
  /** A name such as `run 12 on this machine` or `build #41 of acme/ci`. */
  readonly named: string
  /** The arguments by which a tool call addresses it. */
  readonly call: { readonly build: number; readonly pipeline?: string }
  readonly state: string
  readonly isOver: boolean
  /** The reason for the build's end, if no step explains it. */
  readonly message: string | null
  readonly steps: readonly SeenStep[]
  failure(step: SeenStep): Promise<SeenFailure>
  log(step: SeenStep, wish: LogWish): Promise<LogPart>
  tests(): Promise<SeenTests>
  /** Returns why the step ran, was cached or was skipped. */
  why(step: SeenStep): Promise<string>
  artifacts(): Promise<readonly SeenArtifact[]>
  /** Reads the same build in its current state. */
  readAgain(): Promise<SeenBuild>
}

/** Returns the name of a step in calls: its key, or `#3` if the key is not a plain name. */
export function callOf({ key, number }: SeenStep): string {
  return isPlainName(key) ? key : `#${number}`
}

/** Finds the step that a call names; without a name, returns the first failed step. */
export function stepOf(build: SeenBuild, wanted: string | undefined): SeenStep {
  const { steps, named } = build
  const found =
    wanted === undefined
      ? (steps.find(({ isFailure }) => isFailure) ?? (steps.length === 1 ? steps[0] : undefined))
      : findStep(build, wanted)
  if (found !== undefined) return found
  const some = steps.slice(0, 20).map(callOf).join(', ')
  const problem = wanted === undefined ? `no step of ${named} failed: name one` : `${named} has no such step`
  throw new HmError(exits.notFound, 'step_not_found', problem, { fix: `its steps are ${some}` })
}

function findStep({ steps }: SeenBuild, wanted: string): SeenStep | undefined {
  return steps.find(({ key }) => key === wanted) ?? steps.find(({ number }) => `#${number}` === wanted)
}

/**
 * Finds the owner of the log that a call names: a step, or a service (`unit/db`) or fork
 * (`#2/fork-3`) of one.
 */
export function logOf(
  build: SeenBuild,
  wanted: string | undefined,
): { readonly step: SeenStep; readonly beside: string | undefined } {
  const named = wanted === undefined || findStep(build, wanted) !== undefined ? undefined : serviceIn(wanted)
  const step = named === undefined ? undefined : findStep(build, named.step)
  return step === undefined ? { step: stepOf(build, wanted), beside: undefined } : { step, beside: named?.name }
}
