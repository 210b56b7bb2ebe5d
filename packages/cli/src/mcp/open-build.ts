import type { BuildAddress } from '@harmont/cloud'
import { isOnServer } from '../commands/target.ts'
import type { Context } from '../context.ts'
import { exits, HmError, usageError } from '../errors.ts'
import { findRun, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { endOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import { buildAddress, newestBuild, pipelineAddress } from '../server/address.ts'
import { openSession, type Session } from '../server/session.ts'
import type { SeenBuild } from './seen-build.ts'

/** The build that a tool call names. */
export interface BuildWish {
  readonly build?: number | undefined
  readonly pipeline?: string | undefined
}

/** Whether a call addresses the server, by the rules of all commands. */
function meansServer(context: Context<'mcp'>, { build, pipeline }: BuildWish): Promise<boolean> {
  const { cacheDirectory, directory } = context
  const number = build === undefined ? undefined : String(build)
  const isHere = findRun(localHome(cacheDirectory), directory, number) !== undefined
  return isOnServer(context, { pipeline: pipeline ?? context.flags.pipeline, build: number, isHere })
}

/**
 * Opens the build that a tool call names. Without a number it is the last build, or with `isFailed`
 * the last failed one.
 */
export async function openBuild(context: Context<'mcp'>, wish: BuildWish, isFailed = false): Promise<SeenBuild> {
  if (await meansServer(context, wish)) {
    const { buildOfServer } = await import('./build-of-server.ts')
    const session = await openSession(context)
    return buildOfServer(context, session, await addressOf(context, session, wish, isFailed))
  }
  const { runOfMachine } = await import('./run-of-machine.ts')
  const home = localHome(context.cacheDirectory)
  if (wish.build === undefined && isFailed) {
    const failed = readRecords(home.runs, context.directory).find(({ events }) => endOf(events)?.state === 'failed')
    if (failed !== undefined) return runOfMachine(home, failed)
  }
  const number = wish.build === undefined ? undefined : String(wish.build)
  return runOfMachine(home, requireRun(home, context.directory, number))
}

async function addressOf(
  context: Context<'mcp'>,
  session: Session,
  { build, pipeline = context.flags.pipeline }: BuildWish,
  isFailed: boolean,
): Promise<BuildAddress> {
  if (build !== undefined || !isFailed) return buildAddress(context, session, { pipeline, build })
  const address = await pipelineAddress(context, session, pipeline)
  const asked = { ...address, state: 'failed', limit: 1 } as const
  const [failed] = (await session.client.listBuilds(asked, { signal: context.signal })).data
  return failed === undefined ? newestBuild(context, session, address) : { ...address, number: failed.number }
}

/** Returns the number in a cursor. Throws exit 2 for a cursor that the model garbled. */
export function numberOf(cursor: string | undefined, otherwise: number): number {
  if (cursor === undefined) return otherwise
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw usageError('the cursor is not from an earlier answer', 'repeat the call without a cursor')
}

/** Throws exit 5 for a build without steps, such as one whose pipeline did not render. */
export function requireSteps(build: SeenBuild): void {
  if (build.steps.length > 0) return
  throw new HmError(exits.notFound, 'step_not_found', `${build.named} has no steps`, {
    fix: 'call failure for its reason',
  })
}
