import type { BuildState } from '@harmont/engine'

/** An earlier build of the same branch. */
export interface Earlier {
  readonly number: number
  readonly commit: string
  readonly state: BuildState
}

export interface Lineage {
  readonly lastPassed: { readonly number: number; readonly commit: string } | null
  /** Of a failed build: the first of the failures that it goes on with, itself when it is new. */
  readonly failingSince: number | null
}

/** Where a build stands among those before it on its branch, newest first. Canceled ones say nothing. */
export function lineageOf(number: number, state: BuildState, earlier: readonly Earlier[]): Lineage {
  const passed = earlier.find((build) => build.state === 'passed')
  const failures = earlier
    .slice(0, passed === undefined ? undefined : earlier.indexOf(passed))
    .filter((build) => build.state === 'failed')
  const isFailed = state === 'failed' || state === 'failing'
  return {
    lastPassed: passed === undefined ? null : { number: passed.number, commit: passed.commit },
    failingSince: isFailed ? (failures.at(-1)?.number ?? number) : null,
  }
}
