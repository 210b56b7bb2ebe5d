import type { Build, BuildAddress } from '@harmont/cloud'
import type { Plan } from '@harmont/ir'
import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { EventMapper, startEvent } from '../events/event-mapper.ts'
import { factsOfPlan } from '../events/step-facts.ts'
import { buildUrl } from '../server/address.ts'
import type { Session } from '../server/session.ts'
import { openView } from '../view/open-view.ts'
import { followRun } from './follow-run.ts'
import { factsOfBuild } from './map-server-job.ts'

interface Watched {
  readonly build: Build
  /** The submitted plan, if known. */
  readonly plan?: Plan
  readonly onInterrupt: 'cancel' | 'leave'
  readonly timeoutMs?: number | undefined
}

type Here = Pick<Context, 'output' | 'env' | 'global' | 'signal' | 'config'> & {
  readonly flags: { readonly format?: 'human' | 'json' | undefined; readonly logs?: boolean }
}

/**
 * Whether a command that starts a build returns at once: with `--detach`, or if
 * `preferences.auto_watch` is off.
 */
export async function isDetached({ config }: Pick<Context, 'config'>, detach: boolean): Promise<boolean> {
  return detach || !(await config()).get('preferences.auto_watch')
}

/** Shows a build of the server from start to end and returns the exit code. */
export async function watchBuild(
  here: Here,
  session: Session,
  address: BuildAddress,
  watched: Watched,
): Promise<ExitCode> {
  const { output, env, global, flags, signal } = here
  const { client, appUrl } = session
  const { build, plan, onInterrupt, timeoutMs } = watched
  const facts = plan === undefined ? await factsOfBuild(client, address, signal) : factsOfPlan(plan)
  const format = flags.format ?? (await here.config()).get('preferences.format')
  const view = await openView({ output, env, global, format, logs: flags.logs })
  try {
    const { org, pipeline, number } = address
    const run_id = build.id ?? `${org}/${pipeline}/${number}`
    await view.show(startEvent(run_id, facts, Date.parse(build.created_at)))
    await view.show({
      kind: 'build_accepted',
      build: { run_id, number, org, pipeline },
      watch_url: buildUrl(appUrl, address),
    })
    const mapper = new EventMapper(facts)
    return await followRun({ client, address, view, mapper, signal, onInterrupt, timeoutMs })
  } finally {
    await view.close()
  }
}
