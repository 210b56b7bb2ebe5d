import { it } from 'vitest'
import type { DriverUnderTest } from './bench.ts'

type Declare = (name: string, run: () => Promise<void>, timeout?: number) => void

/** Returns what declares tests of code that is the same under every runtime: the suite of a runtime alone leaves them to another. */
export function aboveRuntime({ only }: DriverUnderTest): Declare {
  return only === 'runtime' ? leaveOut : it
}

/** The same for code that is the same for every user too. */
export function sameForAll({ only }: DriverUnderTest): Declare {
  return only === undefined ? it : leaveOut
}

function leaveOut(): void {}
