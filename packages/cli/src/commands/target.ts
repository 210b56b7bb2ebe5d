import type { Context } from '../context.ts'
import { findRun, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import type { RunRecord } from '../records/run-record.ts'

type Here = Pick<Context, 'config' | 'credentials' | 'cacheDirectory' | 'directory'>

/** The build or run, and its steps, named by `[BUILD] [STEP...]`. */
export interface Target {
  readonly build: string | undefined
  readonly steps: readonly string[]
  /** Whether it is a build on the server instead of a run on this machine. */
  readonly isOnServer: boolean
  /** Reads the run on this machine. Throws exit 5 if there is none. */
  run(): RunRecord
}

/**
 * Resolves `[BUILD] [STEP...]` and `-p`. A first word that is not a number is a step of the last
 * run.
 */
export async function targetOf(
  context: Here & { readonly flags: { readonly pipeline: string | undefined } },
  first: string | undefined,
  others: readonly (string | undefined)[] = [],
): Promise<Target> {
  const { cacheDirectory, directory, flags } = context
  const isNumber = first === undefined || /^\d+$/.test(first)
  const build = isNumber ? first : undefined
  const steps = [...(isNumber ? [] : [first]), ...others].filter((step) => step !== undefined)
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, build) !== undefined
  const run = () => requireRun(home, directory, build)
  return { build, steps, isOnServer: await isOnServer(context, { pipeline: flags.pipeline, build, isHere }), run }
}

interface Named {
  readonly pipeline: string | undefined
  readonly build: string | undefined
  /** Whether a run of this machine has the number. */
  readonly isHere: boolean
}

/**
 * Whether the target is a build on the server: always with `-p`, and for a signed-in user also if
 * no run on this machine has the number.
 */
export async function isOnServer(
  context: Pick<Context, 'config' | 'credentials'>,
  { pipeline, build, isHere }: Named,
): Promise<boolean> {
  if (pipeline !== undefined) return true
  if (isHere || build === undefined) return false
  const apiUrl = (await context.config()).get('cloud.api_url')
  return (await (await context.credentials()).token(apiUrl)) !== undefined
}
