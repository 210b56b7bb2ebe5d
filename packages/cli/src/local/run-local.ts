import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createBuild, defaultStoreSettings } from '@harmont/engine'
import { conditionHolds, type Plan } from '@harmont/ir'
import type { SourceTreeRef } from '@harmont/sandbox'
import type { Context } from '../command.ts'
import { type ExitCode, usageError } from '../errors.ts'
import { openView } from '../view/open-view.ts'
import { earlierDurations } from './earlier-durations.ts'
import { type LocalHome, localHome } from './home.ts'
import { writeIdentity } from './identity.ts'
import { localConditions, localContext } from './local-context.ts'
import { openSandboxes, type Sandboxes } from './open-sandboxes.ts'
import { planRun, runAnew } from './plan-run.ts'
import { printPlan } from './print-plan.ts'
import { processMark } from './process-mark.ts'
import { type Project, readProject, takeSource } from './read-project.ts'
import { type ProjectPipeline, renderProject } from './render-project.ts'
import { requireLinux } from './require-linux.ts'
import { runBuild } from './run-build.ts'
import type { RunFacts } from './run-record.ts'
import { beginRecord, runFiles } from './run-records.ts'
import { runSecrets, runVariables } from './run-variables.ts'
import { trimRegularly } from './trim.ts'

/** Runs a pipeline on this machine (`sdk-cli.md` 5.4). */
export async function runLocal(context: Context<'run'>): Promise<ExitCode> {
  const { flags } = context
  if (flags.detach) throw usageError('--detach is for runs on a server', 'add --cloud')
  if (flags.noUpload) throw usageError('--no-upload is for runs on a server', 'add --cloud')
  const home = localHome(context.cacheDirectory)
  if (flags.dryRun) return printPlan(context, await prepareRun(context))
  requireLinux()
  const config = await context.config()
  // Rendering, reading the source and opening what runs steps do not wait for each other.
  const opening = openSandboxes(home, config.get('sandbox.image_fallback'))
  try {
    const prepared = await prepareRun(context, (set) => takeSource(home, set))
    return await runPrepared(context, { home, sandboxes: await opening, prepared })
  } finally {
    const sandboxes = await opening.catch(() => null)
    await sandboxes?.close()
  }
}

type RunContext = Context<'run'> | Context<'watch'>

export interface PreparedRun {
  readonly project: Project
  readonly pipeline: ProjectPipeline
  readonly plan: Plan
  /** Of `-e` and `--env-file`. */
  readonly env: Readonly<Record<string, string>>
  readonly secrets: ReadonlyMap<string, string>
  /** null: was not asked for. */
  readonly tree: Promise<SourceTreeRef | null>
}

/**
 * Everything that can be wrong with a run is found here, before anything starts.
 * @param begin makes a tree of the source while the pipeline is rendered.
 */
export async function prepareRun(
  context: RunContext,
  begin: (sourceSet: Project['sourceSet']) => Promise<SourceTreeRef | null> = async () => null,
): Promise<PreparedRun> {
  const { args, flags, directory } = context
  const env = runVariables(flags, directory)
  const [config, project] = await Promise.all([context.config(), readProject(directory)])
  const tree = begin(project.sourceSet)
  // Whoever wants it asks when rendering is done.
  tree.catch(() => {})
  const slug = args.pipeline ?? config.get('default_pipeline') ?? null
  const facts = {
    event: 'manual',
    branch: flags.branch ?? project.git?.branch ?? null,
    baseBranch: null,
    tag: null,
    commit: project.git?.commit ?? null,
    pullRequest: null,
    local: true,
  }
  const pipeline = await renderProject(context, { slug, facts, sourceSet: () => project.sourceSet })
  const plan = planRun(pipeline.ir, { steps: flags.step, timeoutMs: flags.timeout })
  const wanted = [...new Set(plan.steps.flatMap(({ secrets }) => Object.values(secrets)))].sort()
  const secrets = runSecrets(wanted, { flags: flags.secret, directory, env: context.env })
  return { project, pipeline, plan, env, secrets, tree }
}

interface PreparedParts {
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  readonly prepared: PreparedRun
  /** Cancels this run besides Ctrl-C. */
  readonly stale?: AbortSignal
}

/** Runs what was prepared, shows it, and removes what nobody needs any longer. */
export async function runPrepared(context: RunContext, parts: PreparedParts): Promise<ExitCode> {
  const { flags, output, directory, signal } = context
  const { home, sandboxes, prepared, stale } = parts
  const { project, pipeline, plan, env, secrets } = prepared
  const config = await context.config()
  const anew = runAnew(plan, flags.noCache)
  const tree = await prepared.tree
  const branch = flags.branch ?? project.git?.branch ?? null
  const facts = beginRecord(
    home.runs,
    newFacts({
      directory,
      branch,
      message: flags.message ?? null,
      project,
      pipeline,
      env,
      only: onlyOf(flags.step, plan),
    }),
    pipeline.ir,
  )
  const at = facts.startedAt
  const conditions = plan.steps.map(({ condition }) => conditionHolds(condition, localConditions(branch, env)))
  const request = { id: facts.id, queue: 'local', at, held: false, from: { kind: 'plan', plan, conditions } } as const
  const slots = flags.parallelism ?? availableParallelism()
  const format = flags.format ?? config.get('preferences.format')
  const { env: own, global } = context
  const earlier = earlierDurations(home.runs, directory, pipeline.slug)
  const view = await openView({ output, env: own, global, format, logs: flags.logs, earlier, parallelism: slots })
  try {
    writeIdentity(runFiles(home.runs, facts.number).identity, { plan, ir: pipeline.ir, env, tree, rendering: own })
    return await runBuild({
      home,
      sandboxes,
      facts,
      plan,
      build: createBuild(request, defaultStoreSettings),
      context: localContext({ facts, git: project.git, org: config.get('cloud.org'), tree, anew }),
      secrets,
      slots,
      keepGoing: flags.keepGoing,
      view,
      log: (level, message, error) => {
        if (level === 'error') void view.note(`engine: ${message}`)
        output.debug(`engine: ${message}${error === undefined ? '' : `: ${error}`}`)
      },
      signal: stale === undefined ? signal : AbortSignal.any([signal, stale]),
      onSecondInterrupt: context.onSecondInterrupt,
    })
  } finally {
    await view.close()
    await trimRegularly(home, sandboxes, config.get('cache.max_gb'))
  }
}

interface FactsSource {
  readonly directory: string
  readonly branch: string | null
  readonly message: string | null
  readonly project: Project
  readonly pipeline: ProjectPipeline
  readonly env: Readonly<Record<string, string>>
  readonly only: readonly string[] | null
}

function newFacts(source: FactsSource): Omit<RunFacts, 'version' | 'number'> {
  const { directory, branch, message, project, pipeline, env, only } = source
  const { slug, name } = pipeline
  const { commit = null, message: said = null } = project.git ?? {}
  const process_ = processMark(process.pid)
  if (process_ === undefined) throw new Error('expected /proc to know this process')
  const times = { startedAt: Date.now(), process: process_ }
  return {
    id: randomUUID(),
    directory,
    slug,
    name,
    message: message ?? said,
    branch,
    commit,
    ...times,
    env,
    only,
    retryOf: null,
  }
}

function onlyOf(steps: readonly string[], plan: Plan): readonly string[] | null {
  return steps.length === 0 ? null : plan.steps.map(({ key }) => key)
}
