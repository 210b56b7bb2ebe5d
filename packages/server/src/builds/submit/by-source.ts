import { type PipelineRow, requirePipelineCreation, restoreDiscovered } from '../../organizations/index.ts'
import { actorOf } from '../../platform/audit/record-audit.ts'
import type { HandleContext, Reply } from '../../platform/http/index.ts'
import { answerNewBuild, type CreateServices } from './answer-new-build.ts'
import { requestedFacts } from './build-facts.ts'
import { readBuildInput } from './build-input.ts'
import { completeSource, type SourceServices } from './connected-source.ts'
import { passGates, passOrganizationGates } from './may-build.ts'
import { refClassOf } from './ref-class.ts'
import { findSourcePipeline, readSourceAddress, registerSourcePipeline, type SourceAddress } from './source-pipeline.ts'

type Context = HandleContext<'createBuildBySource', null>

export interface SourceBuildServices extends CreateServices, SourceServices {}

/** Builds the pipeline that is named by its repository: first 422 for the members, then 404, and the gates. */
export async function createBuildBySource(
  services: SourceBuildServices,
  context: Context,
): Promise<Reply<'createBuild'>> {
  const { caller, membership, body, source } = context
  const address = readSourceAddress(body)
  const requested = readBuildInput(body, source, services.settings.sourceUrlAllow)
  const input = await completeSource(services, membership.organizationId, address.repoName, requested)
  const pipeline = await pipelineOf(services, context, address)
  const author = { userId: caller.userId, name: null }
  const facts = requestedFacts(requested.recordedSource, refClassOf(requested, input))
  const submission = { owner: membership, pipeline, author, input, facts }
  // Its entry may be on this branch only, so that discovery, which looks at the default branch, has missed it.
  const within = (client: Parameters<typeof restoreDiscovered>[0]) => restoreDiscovered(client, pipeline.id)
  return answerNewBuild(services, pipeline.archived_at === null ? submission : { ...submission, within }, context)
}

async function pipelineOf(services: CreateServices, context: Context, address: SourceAddress): Promise<PipelineRow> {
  const { membership } = context
  const found = await findSourcePipeline(services.pool, membership, address)
  if (found === null) {
    await requirePipelineCreation(services.pool, membership)
    await passOrganizationGates(services, membership.organizationId)
    return registerSourcePipeline(services.pool, membership.organizationId, actorOf(context), address)
  }
  const isRestored = found.archived_by === 'discovery'
  await passGates(services, membership.organizationId, isRestored ? { ...found, archived_at: null } : found)
  return found
}
