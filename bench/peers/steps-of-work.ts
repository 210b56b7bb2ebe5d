import { firstLineScript, logScript, numbered } from './commands.ts'
import type { Work } from './peer.ts'

/** A step of a benchmark, for tools that take steps and their prerequisites. */
export interface Step {
  readonly name: string
  readonly script: string
  readonly after: readonly string[]
}

const independent = (count: number): Step[] => numbered(count, (at) => ({ name: `s${at}`, script: 'true', after: [] }))

/** The benchmarks that consist only of steps. */
export const stepsOf: Readonly<Partial<Record<Work, readonly Step[]>>> = {
  one: independent(1),
  hundred: independent(100),
  thousand: independent(1_000),
  chain: numbered(50, (at) => ({ name: `s${at}`, script: 'true', after: at === 0 ? [] : [`s${at - 1}`] })),
  firstLine: [{ name: 's0', script: firstLineScript, after: [] }],
  log: [{ name: 's0', script: logScript, after: [] }],
}
