import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Handlers, type Membership, operation, scopedOperation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { requirePipeline } from '../pipelines/require-pipeline.ts'
import { deleteSecret, type NamedScope, readSecret, type SecretServices, setSecret } from './set-secret.ts'
import { listSecrets, type SecretRow } from './store.ts'

type SecretIds =
  | 'listOrganizationSecrets'
  | 'setOrganizationSecret'
  | 'deleteOrganizationSecret'
  | 'listPipelineSecrets'
  | 'setPipelineSecret'
  | 'deletePipelineSecret'

/** Secrets of organizations and pipelines. No operation returns a value. */
export function secretRoutes(services: SecretServices): Pick<Handlers, SecretIds> {
  const { pool } = services
  const ofPipeline = async (context: PipelineContext): Promise<NamedScope> => {
    const { organizationId } = context.membership
    const { id, slug } = await requirePipeline(pool, organizationId, context.params.pipeline)
    return { organizationId, pipelineId: id, pipelineSlug: slug }
  }
  const list = async (scope: NamedScope) => ({ secrets: (await listSecrets(pool, scope)).map(presentSecret) })
  return {
    listOrganizationSecrets: operation('listOrganizationSecrets', async ({ membership }) => ({
      status: 200,
      body: await list(ofOrganization(membership)),
    })),
    setOrganizationSecret: operation('setOrganizationSecret', async (context) => {
      await setSecret(services, ofOrganization(context.membership), actorOf(context), readSecret(context.body))
      return { status: 204 }
    }),
    deleteOrganizationSecret: operation('deleteOrganizationSecret', async (context) => {
      await deleteSecret(pool, ofOrganization(context.membership), actorOf(context), context.params.name)
      return { status: 204 }
    }),
    listPipelineSecrets: operation('listPipelineSecrets', async (context) => ({
      status: 200,
      body: await list(await ofPipeline(context)),
    })),
    setPipelineSecret: scopedOperation('setPipelineSecret', {
      resolve: ofPipeline,
      handle: async (context) => {
        await setSecret(services, context.scope, actorOf(context), readSecret(context.body))
        return { status: 204 }
      },
    }),
    deletePipelineSecret: operation('deletePipelineSecret', async (context) => {
      await deleteSecret(pool, await ofPipeline(context), actorOf(context), context.params.name)
      return { status: 204 }
    }),
  }
}

interface PipelineContext {
  readonly membership: Membership
  readonly params: { readonly pipeline: string }
}

function ofOrganization({ organizationId }: Membership): NamedScope {
  return { organizationId, pipelineId: null, pipelineSlug: null }
}

function presentSecret({ name, branches, events, uploads, updated_at }: SecretRow) {
  return {
    name,
    updated_at: formatInstant(updated_at),
    branches: branches && [...branches],
    events: events && [...events],
    uploads,
  }
}
