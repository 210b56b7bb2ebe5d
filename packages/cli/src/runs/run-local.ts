import type { Plan } from '@harmont/ir'
import type { SourceTreeRef } from '@harmont/sandbox'
import { artifactsDirectory } from '../artifacts/directory.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { plannedSteps, printGraph } from '../project/graph.ts'
import { localConditions, planRun, runAnew } from '../project/plan-run.ts'
import { manualFacts, type Project, readProject } from '../project/read-project.ts'
import { type ProjectPipeline, renderTarget, sourceFailure } from '../project/render-project.ts'
import { runSecrets, runVariables } from '../project/run-variables.ts'
import type { LocalHome } from '../records/home.ts'
import type { Sandboxes } from '../sandboxes/open-sandboxes.ts'
import { withSandboxes } from '../sandboxes/with-sandboxes.ts'
import { bytes, count } from '../terminal/amounts.ts'
import { launchRun } from './launch-run.ts'
import { wantedSecrets } from './secrets.ts'
import { takeSource } from './take-source.ts'

/** Runs a pipeline on this machine (`cli.md` 4). */
export async function runLocal(context: Context<'run'>): Promise<ExitCode> {
  if (context.flags.dryRun) return printPlan(context, await prepareRun(context))
  // Rendering, reading the source and opening the sandboxes run concurrently.
  return withSandboxes(context, async (home, opening) => {
    const prepared = await prepareRun(context, (set) => takeSource(home, set, context.output.say))
    return runPrepared(context, { home, sandboxes: await opening, prepared })
  })
}

type RunContext = Context<'run'> | Context<'watch'>

export interface PreparedRun {
  readonly project: Project
  readonly pipeline: ProjectPipeline
  readonly plan: Plan
  /** Whether only some steps of the pipeline were requested. */
  readonly isPart: boolean
  /** Variables of `-e` and `--env-file`. */
  readonly env: Readonly<Record<string, string>>
  readonly secrets: ReadonlyMap<string, string>
  /** null: not requested. */
  readonly tree: SourceTreeRef | null
  readonly anew: true | readonly string[]
}

/**
 * Finds every problem of a run before a step starts.
 * @param begin makes a source tree while the pipeline is rendered.
 */
export async function prepareRun(
  context: RunContext,
  begin: (sourceSet: Project['sourceSet']) => Promise<SourceTreeRef | null> = async () => null,
): Promise<PreparedRun> {
  const { args, flags, directory } = context
  const env = runVariables(flags, directory)
  const [config, project] = await Promise.all([context.config(), readProject(directory)])
  const tree = begin(project.sourceSet)
  // Awaited after rendering.
  tree.catch(() => {})
  const facts = manualFacts(project.git, { branch: flags.branch })
  const { pipeline, steps } = await renderTarget(
    context,
    { args, flags, preferred: config.get('default_pipeline') },
    { facts, sourceSet: () => project.sourceSet },
  )
  const plan = planRun(pipeline.ir, { steps, timeoutMs: flags.timeout }, pipeline.explain)
  const anew = runAnew(plan, flags.noCache)
  const branch = flags.branch ?? project.git?.branch ?? null
  const secrets = runSecrets(wantedSecrets(plan, localConditions(branch, env)), {
    flags: flags.secret,
    directory,
    env: context.env,
  })
  return { project, pipeline, plan, isPart: steps.length > 0, env, secrets, anew, tree: await tree }
}

interface PreparedParts {
  readonly home: LocalHome
  readonly sandboxes: Sandboxes
  readonly prepared: PreparedRun
  readonly stale?: AbortSignal
}

/** Runs the prepared plan. */
export function runPrepared(context: RunContext, parts: PreparedParts): Promise<ExitCode> {
  const { flags } = context
  const { prepared, ...rest } = parts
  const { project, plan, isPart, ...known } = prepared
  return launchRun(context, {
    ...rest,
    ...known,
    plan,
    git: project.git,
    branch: flags.branch ?? project.git?.branch ?? null,
    message: flags.message ?? null,
    only: !isPart ? null : plan.steps.map(({ key }) => key),
    retryOf: null,
    kept: new Map(),
    keepGoing: flags.keepGoing,
    parallelism: flags.parallelism,
    artifacts: artifactsDirectory(context),
    format: flags.format,
    logs: flags.logs,
  })
}

/** Prints the steps that `hm run` would run, and the size of the source. */
async function printPlan(context: Context<'run'>, { project, pipeline, plan, env }: PreparedRun): Promise<ExitCode> {
  const { output, global, flags } = context
  const { entries } = await project.sourceSet.catch((error: unknown) => {
    throw sourceFailure(error)
  })
  const conditions = localConditions(flags.branch ?? project.git?.branch ?? null, env)
  const source = { files: entries.length, bytes: entries.reduce((sum, { size }) => sum + size, 0) }
  const { slug, name } = pipeline
  if (global.json || flags.format === 'json') {
    const steps = plannedSteps(plan, conditions)
    await output.json({ pipeline: slug, name, source, timeout_seconds: plan.timeoutSeconds, steps })
    return exits.ok
  }
  await printGraph(context, slug, plan, conditions)
  await output.print(`source: ${count(source.files, 'file')}, ${bytes(source.bytes)}`)
  return exits.ok
}
