import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import {
  findPipeline,
  findPipelineBySource,
  longestPipelineSlug,
  type PipelineRow,
  pipelineNotFound,
  requirePipelineCreation,
  restoreDiscovered,
  writePipeline,
} from '../../organizations/index.ts'
import { type Actor, actorOf } from '../../platform/audit/record-audit.ts'
import { transaction, violatedConstraint } from '../../platform/database/transaction.ts'
import type { Body, HandleContext, Membership, Reply } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { tidyRepoName } from '../../platform/names/repo-name.ts'
import { slugOf, suffixedSlug } from '../../platform/names/slug.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import { requestedFacts } from '../records/build-facts.ts'
import { answerNewBuild, type CreateServices } from './answer-new-build.ts'
import { readBuildInput, refClassOf } from './build-input.ts'
import { completeSource, type FindRepository } from './connected-source.ts'
import { type MayBuildServices, requireMayBuild, requireOrganizationMayBuild } from './may-build.ts'

type Context = HandleContext<'createBuildBySource', null>

export interface SourceBuildServices extends CreateServices, MayBuildServices {
  readonly settings: Settings
  readonly findRepository: FindRepository
}

/**
 * Builds the pipeline that is identified by its repository. Throws 422 for invalid members first,
 * then 404, then the errors of `requireMayBuild`.
 */
export async function createBuildBySource(
  services: SourceBuildServices,
  context: Context,
): Promise<Reply<'createBuild'>> {
  const { caller, membership, body, source } = context
  const address = readSourceAddress(body)
  const requested = readBuildInput(body, source, services.settings.sourceUrlAllow)
  const { organizationId } = membership
  const input = await completeSource(services.findRepository, organizationId, address.repoName, requested)
  const pipeline = await pipelineOf(services, context, address)
  const author = { userId: caller.userId, name: null }
  const facts = requestedFacts(requested.recordedSource, refClassOf(requested, input))
  const submission = { owner: membership, pipeline, author, input, facts }
  // Its pipeline file may exist only on this branch, in which case discovery, which reads the
  // default branch, has not found it.
  const within = (client: pg.ClientBase) => restoreDiscovered(client, pipeline.id)
  return answerNewBuild(services, pipeline.archived_at === null ? submission : { ...submission, within }, context)
}

interface SourceAddress {
  readonly repoName: string
  readonly sourceSlug: string
  /** The default branch of a pipeline to be registered. */
  readonly branch: string
}

/** Throws 422 `build_invalid`. */
function readSourceAddress(body: Body<'createBuildBySource'>): SourceAddress {
  const errors = new FieldErrors()
  const repoName = tidyRepoName(body.repo_name) ?? ''
  errors.length('repo_name', repoName, 1, 1024)
  errors.length('source_slug', body.source_slug, 1, 255)
  errors.throwIfAny('build_invalid')
  return { repoName, sourceSlug: body.source_slug, branch: body.branch }
}

async function pipelineOf(
  services: SourceBuildServices,
  context: Context,
  address: SourceAddress,
): Promise<PipelineRow> {
  const { membership } = context
  const found = await findSourcePipeline(services.pool, membership, address)
  if (found === null) {
    await requirePipelineCreation(services.pool, membership)
    await requireOrganizationMayBuild(services, membership.organizationId)
    return registerPipeline(services, membership.organizationId, actorOf(context), address)
  }
  const isRestored = found.archived_by === 'discovery'
  await requireMayBuild(services, membership.organizationId, isRestored ? { ...found, archived_at: null } : found)
  return found
}

/**
 * Finds the pipeline of a work tree (the table of `http.md` 5). Returns null if it must be
 * registered: the pipeline with its name belongs to another repository, and must not be built
 * instead. Throws 404 if the caller should create it by that name.
 */
async function findSourcePipeline(
  pool: pg.Pool,
  { organizationId }: Membership,
  { repoName, sourceSlug }: SourceAddress,
): Promise<PipelineRow | null> {
  const found = await findPipelineBySource(pool, organizationId, repoName, sourceSlug)
  if (found !== undefined) return found
  const namesake = await findPipeline(pool, organizationId, sourceSlug)
  if (namesake === undefined || namesake.repo_name?.toLowerCase() === repoName.toLowerCase()) throw pipelineNotFound()
  return null
}

/** Registers the pipeline that `findSourcePipeline` did not find. */
async function registerPipeline(
  { pool, findRepository }: Pick<SourceBuildServices, 'pool' | 'findRepository'>,
  organizationId: string,
  actor: Actor,
  { repoName, sourceSlug, branch }: SourceAddress,
): Promise<PipelineRow> {
  const connected = await findRepository(organizationId, repoName)
  const wish = slugOf(`${repoName}-${sourceSlug}`, longestPipelineSlug)
  const pipeline = {
    organizationId,
    name: sourceSlug,
    description: null,
    repository: connected?.cloneUrl ?? repoName,
    repo_name: connected?.fullName ?? repoName,
    source_slug: sourceSlug,
    default_branch: connected?.defaultBranch ?? branch,
  }
  for (let n = 1; ; n += 1) {
    const slug = suffixedSlug(wish, n, longestPipelineSlug)
    try {
      return await transaction(pool, (client) => writePipeline(client, { ...pipeline, id: randomUUID(), slug }, actor))
    } catch (error) {
      const constraint = violatedConstraint(error)
      if (constraint === 'pipelines_slug_unique') continue
      // Another request has registered the pipeline in the meantime.
      const made = await findPipelineBySource(pool, organizationId, repoName, sourceSlug)
      if (constraint === 'pipelines_source_unique' && made !== undefined) return made
      throw error
    }
  }
}
