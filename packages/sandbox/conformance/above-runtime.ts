import { it } from 'vitest'
import type { DriverUnderTest } from './bench.ts'

type Declare = (name: string, run: () => Promise<void>, timeout?: number) => void

/**
 * Returns the test function for code that is the same under every runtime. The suites of other
 * runtimes skip it.
 */
export function aboveRuntime({ only }: DriverUnderTest): Declare {
  return only === 'runtime' ? leaveOut : it
}

/** Like `aboveRuntime`, for code that is also the same for every user. */
export function sameForAll({ only }: DriverUnderTest): Declare {
  return only === undefined ? it : leaveOut
}

function leaveOut(): void {}
