import { parsePlan } from '@harmont/ir'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'
import { readDocument } from '../project/read-document.ts'
import { readProject } from '../project/read-project.ts'
import { buildUrl, pipelineAddress } from '../server/address.ts'
import { requireFeatures } from '../server/require-features.ts'
import { type Session, signedIn } from '../server/session.ts'
import { isDetached, watchBuild } from './watch-build.ts'

export interface BuildWish {
  /** The path of the IR document; `-` is stdin. */
  readonly file: string | undefined
  readonly fileFlag: string
  readonly branch: string | undefined
  readonly message: string | undefined
  readonly env: Readonly<Record<string, string>>
  readonly detach: boolean
}

type Here = Pick<Context, 'output' | 'env' | 'global' | 'signal' | 'config' | 'directory' | 'stdin'>

const noCommit = '0'.repeat(40)

/**
 * Creates a build of an IR document, without source, and follows it unless detached. Throws exit 7
 * for a document without a valid plan.
 */
export async function createBuild(
  here: Here,
  session: Session,
  address: { readonly org: string; readonly pipeline: string },
  wish: BuildWish,
): Promise<ExitCode> {
  const { output, global, signal } = here
  const pipeline_ir = await readIr(here, wish)
  const parsed = parsePlan(pipeline_ir)
  if (!parsed.ok) throw new HmError(exits.refused, parsed.error.code, parsed.error.message)
  for (const warning of parsed.plan.warnings) output.warn(warning)
  await requireFeatures(session, parsed.plan, signal)
  const { git } = await readProject(here.directory)
  const body = {
    branch: wish.branch ?? git?.branch ?? 'main',
    commit: git?.commit ?? noCommit,
    message: wish.message ?? null,
    env: { ...wish.env },
    pipeline_ir,
    // Sends an empty source tree. The commit only records the document's origin.
    source_b64: '',
  }
  const build = await session.client.createBuild({ ...address, body }, { signal })
  const place = { ...address, number: build.number }
  if (!(await isDetached(here, wish.detach)))
    return watchBuild({ ...here, flags: {} }, session, place, { build, plan: parsed.plan, onInterrupt: 'cancel' })
  if (global.json) await output.json(build)
  else await output.print(`#${build.number} ${buildUrl(session.appUrl, place)}`)
  return exits.ok
}

async function readIr(here: Here, { file, fileFlag }: BuildWish): Promise<string> {
  if (file === undefined) throw usageError('no IR document given', `${fileFlag} FILE, or ${fileFlag} - for stdin`)
  return readDocument(here, file, fileFlag)
}

/** `hm build create`. */
export const create = signedIn<'build create'>(async (context, session) => {
  const { flags } = context
  const env = Object.fromEntries(flags.env.map(({ name, value }) => [name, value]))
  const address = await pipelineAddress(context, session, flags.pipeline)
  return createBuild(context, session, address, { ...flags, file: flags.ir, fileFlag: '--ir', env })
})

const prefix = 'HM_RUN_ENV_'

/** `hm cloud run`, compatible with the released client: variables come from `HM_RUN_ENV_*`. */
export const cloudRun = signedIn<'cloud run'>(async (context, session) => {
  const { flags, args } = context
  const env = Object.fromEntries(
    Object.entries(context.env).flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
    ),
  )
  const address = { org: await session.org(), pipeline: args.pipeline }
  return createBuild(context, session, address, { ...flags, file: flags.planFile, fileFlag: '--plan-file', env })
})
