import { type Build, type BuildAddress, CloudError } from '@harmont/cloud'
import { isDirty, largestFiles, type SourceSet } from '@harmont/source-set'
import { artifactsDirectory } from '../artifacts/directory.ts'
import { writeServerArtifacts } from '../artifacts/server-artifacts.ts'
import type { Context } from '../context.ts'
import { type ExitCode, exits, usageError } from '../errors.ts'
import { planRun } from '../project/plan-run.ts'
import { manualFacts, type Project, readProject, repositoryOf } from '../project/read-project.ts'
import { type ProjectPipeline, renderTarget, sourceFailure } from '../project/render-project.ts'
import { runVariables } from '../project/run-variables.ts'
import { tooLarge } from '../project/source-size.ts'
import { buildUrl } from '../server/address.ts'
import { requireFeatures } from '../server/require-features.ts'
import { openSession, type Session, translateErrors } from '../server/session.ts'
import { bytes, count } from '../terminal/amounts.ts'
import { sendNone, withPacked } from './pack.ts'
import { type Submission, submit } from './submit.ts'
import { isDetached, watchBuild } from './watch-build.ts'

const noCommit = '0'.repeat(40)

/** Runs a pipeline on the server (cli.md 5). */
export async function runCloud(context: Context<'run'>): Promise<ExitCode> {
  return translateErrors(context, async () => {
    refuseLocalFlags(context)
    const { directory, flags, output } = context
    const env = runVariables(flags, directory)
    if (flags.artifacts !== undefined && (await isDetached(context, flags.detach)))
      throw usageError('--artifacts needs hm to follow the build', 'use hm artifact get after the build')
    const artifacts = artifactsDirectory(context)
    const session = await openSession(context)
    const org = await session.org()
    const project = await readProject(directory)
    const { pipeline, plan, steps } = await render(context, project)
    if (steps.length > 0) throw stepsHere('hm run STEP')
    if (flags.dryRun) return printTotals(context, org, pipeline, project)
    await requireFeatures(session, plan, context.signal)
    const dirty = await dirtyHere(directory, project)
    const submission = describe(context, { org, project, pipeline, env, dirty })
    const build = await send(context, session, submission, project)
    const address = { org, pipeline: build.pipeline_slug, number: build.number }
    if (await isDetached(context, flags.detach)) return printAccepted(context, session, address, build)
    if (dirty && !flags.noUpload) output.say('the build includes your uncommitted changes')
    const watched = { build, plan, onInterrupt: 'cancel', timeoutMs: flags.timeout } as const
    const code = await watchBuild(context, session, address, watched)
    if (artifacts !== null) await writeServerArtifacts(session, address, artifacts, context)
    return code
  })
}

function refuseLocalFlags({ flags }: Context<'run'>): void {
  const local = [
    ['--watch', flags.watch, 'hm run --cloud follows the build already'],
    ['--secret', flags.secret.length > 0, 'hm secret set NAME stores it on the server'],
    ['--no-cache', flags.noCache.length > 0, 'the server uses its own cache'],
    ['--parallelism', flags.parallelism !== undefined, 'the server has its own runners'],
    ['--shell-on-failure', flags.shellOnFailure, 'hm shell opens a shell in a failed build'],
  ] as const
  for (const [flag, isGiven, fix] of local) if (isGiven) throw usageError(`${flag} is for runs on this machine`, fix)
  if (flags.step.length > 0) throw stepsHere('--step')
}

function stepsHere(what: string) {
  return usageError(`${what} is for runs on this machine`, 'the server runs the whole pipeline')
}

async function render(context: Context<'run'>, { git, sourceSet }: Project) {
  const { args, flags } = context
  const preferred = (await context.config()).get('default_pipeline')
  const facts = manualFacts(git, { branch: flags.branch, local: false })
  const target = await renderTarget(context, { args, flags, preferred }, { facts, sourceSet: () => sourceSet })
  return { ...target, plan: planRun(target.pipeline.ir, { steps: [], timeoutMs: undefined }, target.pipeline.explain) }
}

async function dirtyHere(directory: string, { git }: Project): Promise<boolean> {
  return git !== null && (await isDirty(directory).catch((error: unknown) => Promise.reject(sourceFailure(error))))
}

interface Described {
  readonly org: string
  readonly project: Project
  readonly pipeline: ProjectPipeline
  readonly env: Readonly<Record<string, string>>
  readonly dirty: boolean
}

function describe(
  { flags }: Context<'run'>,
  { org, project, pipeline, env, dirty }: Described,
): Submission & { archive: null } {
  const { git } = project
  const said = flags.message ?? git?.message?.split('\n')[0] ?? null
  const isShown = dirty && !flags.noUpload
  const message = isShown ? `${said ?? ''} (with uncommitted changes)`.trimStart() : said
  const defaultBranch = git?.defaultBranch ?? git?.branch ?? 'main'
  return {
    org,
    slug: pipeline.slug,
    name: pipeline.name,
    repository: repositoryOf(git?.remote ?? null),
    remote: git?.remote ?? null,
    defaultBranch,
    build: {
      branch: flags.branch ?? git?.branch ?? defaultBranch,
      commit: git?.commit ?? noCommit,
      message,
      pipeline_ir: pipeline.ir,
      env: { ...env },
    },
    archive: null,
  }
}

async function send(
  context: Context<'run'>,
  session: Session,
  submission: Submission,
  { sourceSet }: Project,
): Promise<Build> {
  if (context.flags.noUpload) return submit(context, session, submission)
  const source = await sourceSet.catch((error: unknown) => Promise.reject(sourceFailure(error)))
  return withPacked(source, context, async ({ file, sha256 }) => {
    const build = { ...submission.build, source_sha256: sha256 }
    try {
      return await submit(context, session, { ...submission, build, archive: file })
    } catch (error) {
      throw serverLimit(error, source)
    }
  })
}

/** The server's limit may be lower than that of `packSource`. */
function serverLimit(error: unknown, source: SourceSet): unknown {
  if (!(error instanceof CloudError) || error.status !== 413) return error
  const limit = error.limitBytes === undefined ? '' : ` (at most ${error.limitBytes} bytes in one request)`
  const message = `the source exceeds the server's limit${limit}`
  return tooLarge({ code: error.code, message, largest: largestFiles(source), otherwise: sendNone, cause: error })
}

async function printAccepted(
  { output, global, flags }: Context<'run'>,
  { appUrl }: Session,
  address: BuildAddress,
  build: Build,
): Promise<ExitCode> {
  const url = buildUrl(appUrl, address)
  if (global.json || flags.format === 'json') {
    const { org, pipeline, number } = address
    await output.json({ kind: 'build_accepted', build: { run_id: build.id, number, org, pipeline }, watch_url: url })
  } else await output.print(`#${build.number} ${url}`)
  return exits.ok
}

async function printTotals(
  { output, global }: Context<'run'>,
  org: string,
  { slug }: ProjectPipeline,
  { sourceSet }: Project,
): Promise<ExitCode> {
  const { entries } = await sourceSet.catch((error: unknown) => Promise.reject(sourceFailure(error)))
  const total = entries.reduce((sum, { size }) => sum + size, 0)
  if (global.json) await output.json({ org, pipeline: slug, files: entries.length, bytes: total })
  else await output.print(`would send ${slug} to ${org} with ${count(entries.length, 'file')}, ${bytes(total)}`)
  return exits.ok
}
