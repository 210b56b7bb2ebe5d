import { exits, HmError } from '../errors.ts'
import type { LocalHome } from './home.ts'
import type { RunRecord } from './run-record.ts'
import { readRecord, readRecords } from './run-records.ts'

/** The run of this number, or the last one, of a project. Undefined: the project has had none here. */
export function findRun(home: LocalHome, directory: string, number: string | undefined): RunRecord | undefined {
  if (number === undefined) return readRecords(home.runs).find((run) => run.directory === directory)
  const run = /^\d{1,9}$/.test(number) ? readRecord(home.runs, Number(number)) : undefined
  return run?.directory === directory ? run : undefined
}

/** The same. Throws exit 5 where there is none. */
export function requireRun(home: LocalHome, directory: string, number: string | undefined): RunRecord {
  const run = findRun(home, directory, number)
  if (run !== undefined) return run
  const message =
    number === undefined ? 'nothing was run here yet' : `there is no run ${number} of this project on this machine`
  throw new HmError(exits.notFound, 'run_not_found', message, { fix: 'hm run' })
}

/** `[BUILD] [STEP...]` as it was meant: what is no number is a step of the last run. */
export function meantTarget(
  build: string | undefined,
  steps: readonly string[],
): { readonly build: string | undefined; readonly steps: readonly string[] } {
  if (build === undefined || /^\d+$/.test(build)) return { build, steps }
  return { build: undefined, steps: [build, ...steps] }
}
