import { randomBytes, randomUUID } from 'node:crypto'
import { findMembership } from '../../identity/access/membership.ts'
import { lockOrganization, organizationNotFound } from '../../organizations/lifecycle/store.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Caller, type Membership, requireRole } from '../../platform/http/index.ts'
import { EventUnreadable, ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'
import type { BitbucketApp } from './app.ts'
import { BitbucketApi } from './client.ts'
import { insertGrant, removeUnusedGrants } from './grant-store.ts'
import { insertConnectState, takeConnectState } from './state-store.ts'
import { fetchTokens, type Tokens } from './tokens.ts'
import { bindWorkspace, queueWorkspace, type Workspace, type WorkspaceFacts } from './workspace-store.ts'
import { listAdministered } from './workspaces.ts'

/** Where to connect Bitbucket, with a state that shows for ten minutes who began it for which organization. */
export async function makeConnectUrl(
  { consumer, pool }: BitbucketApp,
  userId: string,
  organizationId: string,
): Promise<string> {
  const state = randomBytes(32).toString('base64url')
  await insertConnectState(pool, { stateHash: hashToken(state), userId, organizationId })
  const url = new URL(`${consumer.url}/site/oauth2/authorize`)
  const query = { client_id: consumer.clientId, response_type: 'code', state }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

export interface Connected {
  readonly organizationSlug: string
  readonly workspaces: readonly WorkspaceFacts[]
}

/**
 * Binds the workspaces that the account behind the code administers, and that no other organization holds, to the organization of the state. Throws 403
 * `bitbucket_invalid_state`, 502 `bitbucket_connect_failed`, and 409 when others hold all of them.
 */
export async function connectBitbucket(
  app: BitbucketApp,
  by: { readonly actor: Actor; readonly caller: Caller },
  { code, state }: { readonly code: string; readonly state: string },
): Promise<Connected> {
  const membership = await membershipOf(app, by.caller, state)
  const { tokens, found } = await askBitbucket(app, code)
  const bound = await transaction(app.pool, (client) => bindAll(client, app, by.actor, membership, tokens, found))
  if (bound.length === 0 && found.length > 0)
    throw apiError(
      'bitbucket_installation_bound_elsewhere',
      `Other organizations have connected ${found.map(({ slug }) => `\`${slug}\``).join(', ')}; disconnect them there first.`,
    )
  return { organizationSlug: membership.organizationSlug, workspaces: bound }
}

async function membershipOf({ pool }: BitbucketApp, caller: Caller, state: string): Promise<Membership> {
  const slug = await takeConnectState(pool, { stateHash: hashToken(state), userId: caller.userId })
  const membership = slug === undefined ? null : await findMembership(pool, caller, slug)
  if (membership === null)
    throw apiError(
      'bitbucket_invalid_state',
      'This connection was not started by you within the last ten minutes; start it again.',
    )
  requireRole('vcs', membership)
  return membership
}

async function askBitbucket(app: BitbucketApp, code: string) {
  try {
    const tokens = await fetchTokens(app, { code })
    return { tokens, found: await listAdministered(new BitbucketApi(app, tokens.accessToken)) }
  } catch (cause) {
    const isTheirs = [ForgeRefused, ForgeUnavailable, EventUnreadable].some((kind) => cause instanceof kind)
    if (!isTheirs) throw cause
    throw apiError('bitbucket_connect_failed', `${(cause as Error).message} Start the connection again.`, { cause })
  }
}

async function bindAll(
  client: Database,
  { sealer }: BitbucketApp,
  actor: Actor,
  { organizationId }: Membership,
  tokens: Tokens,
  found: readonly WorkspaceFacts[],
): Promise<readonly Workspace[]> {
  if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
  const grantId = randomUUID()
  await insertGrant(client, sealer, grantId, tokens)
  const bound: Workspace[] = []
  // In one order, so that two who connect the same ones do not wait for each other.
  for (const facts of [...found].sort((a, b) => (a.uuid < b.uuid ? -1 : 1))) {
    const workspace = await bindWorkspace(client, facts, organizationId, grantId)
    if (workspace === undefined) continue
    bound.push(workspace)
    await queueWorkspace(client, 'bitbucket_sync', workspace.id)
    const event = { organizationId, action: 'bitbucket_workspace.connected', subject: facts.slug }
    await recordAudit(client, actor, event)
  }
  await removeUnusedGrants(client)
  return bound
}
