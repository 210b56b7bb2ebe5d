import { exits, HmError } from '../errors.ts'
import type { LocalHome } from './home.ts'
import type { RunRecord } from './run-record.ts'
import { readRecords } from './run-records.ts'

/** The run of this number, or the last one, of a project. Undefined: the project has had none here. */
export function findRun(home: LocalHome, directory: string, number: string | undefined): RunRecord | undefined {
  return readRecords(home.runs, directory).find((run) => number === undefined || String(run.number) === number)
}

/** The same. Throws exit 5 where there is none. */
export function requireRun(home: LocalHome, directory: string, number: string | undefined): RunRecord {
  const run = findRun(home, directory, number)
  if (run !== undefined) return run
  if (number === undefined)
    throw new HmError(exits.notFound, 'run_not_found', 'this project has no runs on this machine yet', {
      fix: 'hm run; or -p SLUG for a build on the server',
    })
  throw new HmError(exits.notFound, 'run_not_found', `there is no run ${number} of this project on this machine`, {
    fix: 'hm history lists the runs; -p SLUG names a build on the server',
  })
}

/** `[BUILD] [STEP...]` as it was meant: what is no number is a step of the last run. */
export function meantTarget(
  build: string | undefined,
  steps: readonly string[],
): { readonly build: string | undefined; readonly steps: readonly string[] } {
  if (build === undefined || /^\d+$/.test(build)) return { build, steps }
  return { build: undefined, steps: [build, ...steps] }
}
