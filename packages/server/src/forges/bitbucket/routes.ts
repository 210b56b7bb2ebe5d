import type pg from 'pg'
import { actorOf, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Handlers, operation } from '../../platform/http/index.ts'
import { queueSync } from '../forge/failures.ts'
import { presentRepository } from '../repositories/present-repository.ts'
import { listRepositoriesOf } from '../repositories/store.ts'
import type { BitbucketApp } from './app.ts'
import { connectBitbucket, makeConnectUrl } from './connect.ts'
import { findBoundWorkspace, listBoundWorkspaces, unbindWorkspace, type Workspace } from './workspace-store.ts'

interface BitbucketServices {
  readonly pool: pg.Pool
  /** null if Bitbucket is not set up. */
  readonly bitbucket: BitbucketApp | null
}

type BitbucketOperation =
  | 'bitbucketOAuthUrl'
  | 'listBitbucketWorkspaces'
  | 'listBitbucketRepos'
  | 'disconnectBitbucket'
  | 'connectBitbucket'

/** Workspaces of Bitbucket that an organization has connected. */
export function bitbucketRoutes(services: BitbucketServices): Pick<Handlers, BitbucketOperation> {
  const { pool } = services
  const requireBound = async (organizationId: string, slug: string): Promise<Workspace> => {
    const bound = await findBoundWorkspace(pool, organizationId, slug)
    if (bound !== undefined) return bound
    throw apiError('bitbucket_workspace_not_found', 'Bitbucket workspace not found in this organization.')
  }
  return {
    bitbucketOAuthUrl: operation('bitbucketOAuthUrl', async ({ caller, membership }) => ({
      status: 200,
      body: { url: await makeConnectUrl(requireBitbucket(services), caller.userId, membership.organizationId) },
    })),
    listBitbucketWorkspaces: operation('listBitbucketWorkspaces', async ({ membership }) => {
      const workspaces = await listBoundWorkspaces(pool, membership.organizationId)
      return { status: 200, body: { workspaces: workspaces.map(({ slug, name }) => ({ slug, name })) } }
    }),
    listBitbucketRepos: operation('listBitbucketRepos', async ({ membership, params }) => {
      const { id } = await requireBound(membership.organizationId, params.id)
      const rows = await listRepositoriesOf(pool, { forge: 'bitbucket', id })
      return { status: 200, body: { repos: rows.map(presentRepository) } }
    }),
    disconnectBitbucket: operation('disconnectBitbucket', async (context) => {
      const { organizationId } = context.membership
      const { id, slug } = await requireBound(organizationId, context.params.id)
      await transaction(pool, async (client) => {
        if (!(await unbindWorkspace(client, id, organizationId))) return
        await queueSync(client, 'bitbucket_leave', id)
        const event = { organizationId, action: 'bitbucket_workspace.disconnected', subject: slug }
        await recordAudit(client, actorOf(context), event)
      })
      return { status: 204 }
    }),
    connectBitbucket: operation('connectBitbucket', async (context) => {
      const by = { actor: actorOf(context), caller: context.caller }
      const { organizationSlug, workspaces } = await connectBitbucket(requireBitbucket(services), by, context.body)
      const body = { org: organizationSlug, workspaces: workspaces.map(({ slug, name }) => ({ slug, name })) }
      return { status: 201, body }
    }),
  }
}

function requireBitbucket({ bitbucket }: BitbucketServices): BitbucketApp {
  if (bitbucket !== null) return bitbucket
  throw apiError('bitbucket_not_configured', 'This server is not set up for Bitbucket.')
}
