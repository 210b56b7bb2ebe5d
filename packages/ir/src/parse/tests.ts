/** Reads the `tests` options of a step (`ir.md` 1.3). */
import type { PlannedTests } from '../plan.ts'
import { below, member, type Reader } from './read.ts'

const KNOWN = new Set(['forks', 'budget_seconds', 'rerun', 'quarantine'])
/** Default maximum of runs of a red step that find its flaky tests. */
export const DEFAULT_FORKS = 10
const MAX_BUDGET_SECONDS = 3600
/** In characters. */
const MAX_RERUN = 65_536

/** Returns undefined for a step without options. An empty object selects the defaults. */
export function readTests(reader: Reader, value: unknown, at: string): PlannedTests | undefined {
  const tests = reader.object(value, at)
  if (tests === undefined) return undefined
  reader.unknownMembers(tests, KNOWN, at)
  const of = (name: string) => [member(tests, name), below(at, name)] as const
  return {
    forks: reader.integer(...of('forks'), 0, 100) ?? DEFAULT_FORKS,
    budgetSeconds: reader.integer(...of('budget_seconds'), 1, MAX_BUDGET_SECONDS) ?? 300,
    rerun: reader.name(...of('rerun'), MAX_RERUN, { expected: 'a command', fix: 'Give a command.' }) ?? null,
    quarantine: reader.boolean(...of('quarantine')) ?? false,
  }
}
