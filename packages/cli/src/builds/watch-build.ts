import { type Build, type BuildAddress, type CloudClient, CloudError } from '@harmont/cloud'
import type { Plan } from '@harmont/ir'
import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import { buildUrl } from '../server/address.ts'
import type { Session } from '../server/session.ts'
import { openView } from '../view/open-view.ts'
import { followRun } from './follow-run.ts'
import { JobTeller, type StepFacts } from './job-teller.ts'

interface Watched {
  readonly build: Build
  /** What was sent, where that is known. */
  readonly plan?: Plan
  readonly onInterrupt: 'cancel' | 'leave'
  readonly timeoutMs?: number | undefined
}

type Here = Pick<Context, 'output' | 'env' | 'global' | 'signal' | 'config'> & {
  readonly flags: { readonly format?: 'human' | 'json' | undefined; readonly logs?: boolean }
}

/** Whether a command that starts a build returns at once: with `--detach`, or where `preferences.auto_watch` is off. */
export async function isDetached({ config }: Pick<Context, 'config'>, detach: boolean): Promise<boolean> {
  return detach || !(await config()).get('preferences.auto_watch')
}

/** Shows a build of the server from its beginning to its end; gives the exit code. */
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
    const started_at = Date.parse(build.created_at)
    await view.tell({
      kind: 'build_start',
      run_id,
      plan: { step_count: facts.steps, chain_count: facts.roots, default_runner: 'default' },
      started_at,
    })
    await view.tell({
      kind: 'build_accepted',
      build: { run_id, number, org, pipeline },
      watch_url: buildUrl(appUrl, address),
    })
    const teller = new JobTeller(facts.of)
    return await followRun({ client, address, view, teller, signal, onInterrupt, timeoutMs })
  } finally {
    await view.close()
  }
}

/** What is known of a build's steps before anything is told of them. */
interface BuildFacts {
  readonly steps: number
  /** Steps that build in no other. */
  readonly roots: number
  readonly of: (key: string) => StepFacts | undefined
}

function buildFacts(steps: ReadonlyMap<string, StepFacts>): BuildFacts {
  const roots = [...steps.values()].filter(({ parentKey }) => parentKey === null).length
  return { steps: steps.size, roots, of: (key) => steps.get(key) }
}

/** From the plan of what was sent. */
function factsOfPlan({ steps }: Plan): BuildFacts {
  const facts = steps.map(({ key, buildsIn, image, retry }): [string, StepFacts] => {
    const parentKey = buildsIn === null ? null : (steps[buildsIn]?.key ?? null)
    return [key, { parentKey, image, attempts: 1 + (retry?.limit ?? 0) }]
  })
  return buildFacts(new Map(facts))
}

/** From the server; a server without views only tells how many steps there are. */
export async function factsOfBuild(
  client: CloudClient,
  address: BuildAddress,
  signal: AbortSignal,
): Promise<BuildFacts> {
  try {
    const { jobs } = await client.getBuildView(address, { signal })
    const keys = new Map(jobs.map(({ id, step_key, name }) => [id, step_key ?? name ?? id]))
    const facts = jobs.map(({ id, builds_in, image }): [string, StepFacts] => {
      const parentKey = builds_in === null ? null : (keys.get(builds_in) ?? null)
      return [keys.get(id) ?? id, { parentKey, image, attempts: 1 }]
    })
    return buildFacts(new Map(facts))
  } catch (error) {
    if (!(error instanceof CloudError) || !error.isUnknownOperation) throw error
    const { data } = await client.listJobs(address, { signal })
    return { steps: data.length, roots: data.length, of: () => undefined }
  }
}
