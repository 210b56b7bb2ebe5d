import { it } from 'vitest'
import type { DriverUnderTest } from './bench.ts'

/** Returns what declares tests of code that is the same under every runtime: where `runtimeOnly` holds they are left to the suite of another one. */
export function aboveRuntime({ runtimeOnly }: DriverUnderTest) {
  return (name: string, run: () => Promise<void>, timeout?: number): void => {
    if (!runtimeOnly) it(name, run, timeout)
  }
}
