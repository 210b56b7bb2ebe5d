/** Connects workspaces of Bitbucket to organizations. */
import { randomUUID } from 'node:crypto'
import { findMembership } from '../../identity/access/authenticate.ts'
import { lockOrganization, organizationNotFound } from '../../organizations/lifecycle/store.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError, type Caller, type Membership, requireRole } from '../../platform/http/index.ts'
import { EventUnreadable } from '../../platform/outbound/forge-errors.ts'
import { createConnectState, findConnectState, takeConnectState } from '../forge/connect-states.ts'
import { isForgeFailure, queueSync } from '../forge/failures.ts'
import { type BitbucketApp, fetchTokens } from './app.ts'
import { BitbucketApi } from './client.ts'
import { insertGrant, removeUnusedGrants, type Tokens } from './grant-store.ts'
import { listAdministered } from './repository-api.ts'
import { bindWorkspace, type Workspace, type WorkspaceFacts } from './workspace-store.ts'

/** Returns the page on which to authorize us, with a state that is valid for ten minutes. */
export async function makeConnectUrl(
  { consumer, pool }: BitbucketApp,
  userId: string,
  organizationId: string,
): Promise<string> {
  const state = await createConnectState(pool, 'bitbucket', userId, organizationId)
  const url = new URL(`${consumer.url}/site/oauth2/authorize`)
  const query = { client_id: consumer.clientId, response_type: 'code', state }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

interface Connected {
  readonly organizationSlug: string
  readonly workspaces: readonly WorkspaceFacts[]
}

/**
 * Binds the workspaces that the account of the code administers to the organization of the state,
 * except those of other organizations. Throws 403 `bitbucket_invalid_state`,
 * 502 `bitbucket_connect_failed`, and 409 if other organizations have connected all of them.
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
  const found = await findConnectState(pool, 'bitbucket', state, caller.userId)
  const isTaken = found !== undefined && (await takeConnectState(pool, 'bitbucket', state))
  const membership = isTaken ? await findMembership(pool, caller, found.slug) : null
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
    if (!isForgeFailure(cause) && !(cause instanceof EventUnreadable)) throw cause
    throw apiError('bitbucket_connect_failed', `${cause.message} Start the connection again.`, { cause })
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
  // The fixed order prevents a deadlock of two users who connect the same workspaces.
  for (const facts of [...found].sort((a, b) => (a.uuid < b.uuid ? -1 : 1))) {
    const workspace = await bindWorkspace(client, facts, organizationId, grantId)
    if (workspace === undefined) continue
    bound.push(workspace)
    await queueSync(client, 'bitbucket_sync', workspace.id)
    const event = { organizationId, action: 'bitbucket_workspace.connected', subject: facts.slug }
    await recordAudit(client, actor, event)
  }
  await removeUnusedGrants(client)
  return bound
}
