import { type Build, isBuildTerminal } from '@harmont/engine'
import { type Discovered, type EnvelopeError, readCarried } from '@harmont/render'
import type pg from 'pg'
import { recordAudit, systemActor } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { type CheckContent, fenced, lastBytes } from '../checks/describe-check.ts'
import { type ReportServices, reportCheck } from '../checks/report-build.ts'
import { findCheck, insertCheck } from '../checks/store.ts'
import { type ConnectedRepository, findConnected } from '../repositories/connected-repository.ts'
import { setSchedules } from '../triggers/schedules.ts'
import { archiveVanished, insertFromCode, knownPipelines, setFromCode, takeName } from './pipeline-store.ts'
import { type CodePipeline, type KnownPipeline, planPipelines } from './plan-pipelines.ts'
import {
  type DiscoveryRow,
  type EndedDiscovery,
  endDiscovery,
  findDiscovery,
  findDiscoveryErrors,
  isSuperseded,
  lockRepository,
} from './store.ts'

/** Applies an ended discovery and shows its errors at the commit. Ignores other builds. */
export async function finishDiscovery(services: ReportServices, id: string): Promise<void> {
  await applyDiscovery(services, id)
  const ended = await findDiscoveryErrors(services.pool, id)
  if (ended === undefined || ended.errors.length === 0) return
  const row = await findCheck(services.pool, id)
  if (row !== undefined) await reportCheck(services, row, describeDiscovery(ended, services.publicUrl))
}

const discoveryCheck = 'harmont / discovery'

/** Applies the result of a rendering to the organization's pipelines, once. */
async function applyDiscovery({ pool, engine }: ReportServices, id: string): Promise<void> {
  const row = await findDiscovery(pool, id)
  if (row === undefined || row.state !== 'rendering') return
  const loaded = await engine.store.builds.load(id)
  if (loaded === undefined || !isBuildTerminal(loaded.build.state)) return
  const found = readResult(loaded.build)
  await transaction(pool, async (client) => {
    await lockRepository(client, row)
    if ((await findDiscovery(client, id))?.state !== 'rendering') return
    const repository = await findConnected(client, row.forge, row.forge_repository_id)
    const isConnected = repository?.organizationId === row.organization_id
    if (repository === undefined || !isConnected || (await isSuperseded(client, row))) {
      await endDiscovery(client, id, 'superseded', [])
      return
    }
    const errors = Array.isArray(found) ? found : await apply(client, repository, found)
    await endDiscovery(client, id, Array.isArray(found) ? 'failed' : 'applied', errors)
    if (errors.length > 0) await insertCheck(client, checkOf(row))
  })
}

/** Returns the rendered pipelines, or the reason why there are none. */
function readResult({ state, steps, errorCode, errorMessage }: Build): Discovered | EnvelopeError[] {
  const [carrier] = steps
  let message: string | null = null
  try {
    if (carrier !== undefined) return readCarried(carrier.command)
  } catch (error) {
    message = `Rendering did not return a list of pipelines: ${error instanceof Error ? error.message : String(error)}`
  }
  message ??=
    errorMessage ?? (errorCode === null ? `The rendering was ${state}.` : `The rendering failed: ${errorCode}.`)
  return [{ file: '.hm', slug: null, code: errorCode ?? 'render_failed', message, line: null }]
}

async function apply(
  client: pg.ClientBase,
  repository: ConnectedRepository,
  found: Discovered,
): Promise<readonly EnvelopeError[]> {
  await takeName(client, repository)
  const plan = planPipelines(await knownPipelines(client, repository), found)
  for (const { pipeline, code } of plan.set) await set(client, repository, pipeline, code)
  for (const { id, slug } of plan.archive) {
    await archiveVanished(client, id)
    await setSchedules(client, id, [], new Date())
    await audit(client, repository, 'pipeline.archived', slug)
  }
  return plan.errors
}

async function set(
  client: pg.ClientBase,
  repository: ConnectedRepository,
  pipeline: KnownPipeline | null,
  code: CodePipeline,
): Promise<void> {
  const made = pipeline ?? (await insertFromCode(client, repository, code))
  if (pipeline === null) await audit(client, repository, 'pipeline.created', made.slug)
  else await setFromCode(client, pipeline.id, repository, code)
  if (pipeline?.archived_by === 'discovery') await audit(client, repository, 'pipeline.restored', made.slug)
  if (pipeline !== null && !pipeline.isOurs) await audit(client, repository, 'pipeline.adopted', made.slug)
  // Also for a pipeline that a person archived: it builds nothing, and may be restored.
  const schedules = code.triggers.filter((trigger) => trigger.event === 'schedule')
  await setSchedules(client, made.id, schedules, new Date())
}

function audit(
  client: pg.ClientBase,
  { organizationId, address }: ConnectedRepository,
  action: string,
  subject: string,
): Promise<void> {
  return recordAudit(client, systemActor, {
    organizationId,
    action,
    subject,
    details: { by: 'discovery', repository: address.fullName },
  })
}

function checkOf({ id, organization_id, forge, forge_repository_id, commit }: DiscoveryRow) {
  return {
    id,
    organizationId: organization_id,
    forge,
    forgeRepositoryId: forge_repository_id,
    commit,
    name: discoveryCheck,
  }
}

const mostBytes = 60_000

/** Returns the check with the errors of a repository's pipelines. */
function describeDiscovery(
  { errors, organization_slug: organization, created_at: at }: EndedDiscovery,
  publicUrl: string,
): CheckContent {
  const [first] = errors
  const others = errors.length > 1 ? `, and ${errors.length - 1} more` : ''
  return {
    detailsUrl: `${publicUrl}/${organization}/repos`,
    state: { status: 'completed', conclusion: 'failure', startedAt: null, completedAt: at },
    output: {
      title: `${first?.code ?? 'failed'}${others}`,
      summary: 'Some pipelines in `.hm` cannot be read. They stay unchanged.',
      text: fenced(lastBytes(errors.map(({ message }) => message).join('\n\n'), mostBytes)),
    },
    actions: [],
    failedTests: [],
  }
}
