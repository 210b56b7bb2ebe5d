/** Links accounts at identity providers to users, and unlinks them. */
import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { type AskedBy, askedNow, type Mail, queueMail } from '../../platform/mail/queue-mail.ts'
import { getAccount, hasWayIn, lockUser } from '../accounts/store.ts'
import {
  type IdentityProviderName,
  type ProvedIdentity,
  providerTitles,
  readProviderName,
} from './identity-provider.ts'
import { deleteIdentities, endSessionsWith, insertIdentity, touchIdentity } from './identity-store.ts'

export interface LinkRequest {
  readonly actor: Actor
  readonly publicUrl: string
}

/**
 * Links an account within the caller's transaction. Returns false if it is already linked, to any
 * user.
 */
export async function addIdentity(
  client: Database,
  actor: Actor,
  userId: string,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<boolean> {
  if (!(await insertIdentity(client, userId, provider, identity))) return false
  const details = { provider, subject: identity.subject, name: identity.name }
  const event = { organizationId: null, action: 'identity.linked', subject: provider, details }
  await recordAudit(client, { ...actor, userId }, event)
  return true
}

/** Notifies a user of a linked account by mail, within the transaction that links it. */
export async function notifyOfIdentity(
  client: Database,
  { publicUrl, actor }: LinkRequest,
  userId: string,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<void> {
  const { email } = await getAccount(client, userId)
  await queueMail(client, identityLinkedMail(publicUrl, email, provider, identity, askedNow(actor)))
}

/** Links an account to a signed-in user, once. Throws 409 if it belongs to another user. */
export async function linkIdentity(
  pool: pg.Pool,
  request: LinkRequest,
  userId: string,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<void> {
  await transaction(pool, async (client) => {
    await lockUser(client, userId)
    if (await addIdentity(client, request.actor, userId, provider, identity))
      await notifyOfIdentity(client, request, userId, provider, identity)
    else if ((await touchIdentity(client, provider, identity)) !== userId)
      throw apiError(
        'identity_linked_elsewhere',
        'This account is linked to another user. Sign in with it, unlink it there, and link it again.',
      )
  })
}

/**
 * Unlinks a user's accounts at a provider, and ends the sessions that were started with them.
 * Returns the ids of the ended sessions. Throws 404 if none is linked, and 409 if the user could no
 * longer sign in.
 */
export async function unlinkIdentity(
  pool: pg.Pool,
  actor: Actor,
  userId: string,
  name: string,
): Promise<readonly string[]> {
  const provider = readProviderName(name)
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    const subjects = provider === undefined ? [] : await deleteIdentities(client, userId, provider)
    if (provider === undefined || subjects.length === 0)
      throw apiError('identity_not_found', 'You have no linked account at this provider.')
    if (!(await hasWayIn(client, userId)))
      throw apiError(
        'identity_last_credential',
        `Without the ${providerTitles[provider]} account you could not sign in. Add a passkey first.`,
      )
    const ended = await endSessionsWith(client, userId, provider)
    const details = { subjects, sessions_ended: ended.length }
    await recordAudit(client, actor, { organizationId: null, action: 'identity.unlinked', subject: provider, details })
    return ended
  })
}

function identityLinkedMail(
  publicUrl: string,
  to: string,
  provider: IdentityProviderName,
  { name }: ProvedIdentity,
  askedBy: AskedBy,
): Mail {
  const title = providerTitles[provider]
  return {
    to,
    subject: `A ${title} account was linked to your Harmont account`,
    paragraphs: [`The ${title} account${name === null ? '' : ` of "${name}"`} can now sign in to your account.`],
    link: { url: `${publicUrl}/account/passkeys`, label: 'Review your sign-in methods', lifetime: null },
    askedBy,
    otherwise: `If this was not you, unlink the ${title} account and end all sessions at once.`,
  }
}
