import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError, type Client } from '../../platform/http/index.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'
import { getAccount, lockUser } from '../accounts/store.ts'
import { askedNow } from '../passkeys/mails.ts'
import type { IdentityProviderName, ProvedIdentity } from './identity-provider.ts'
import { insertIdentity, touchIdentity } from './identity-store.ts'
import { identityLinkedMail } from './mails.ts'

export interface LinkRequest {
  readonly actor: Actor
  readonly client: Client
  readonly publicUrl: string
}

/** Links an account to its user, within a transaction, and tells them. False: it is linked already, to whomever. */
export async function addIdentity(
  client: Database,
  request: LinkRequest,
  userId: string,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<boolean> {
  if (!(await insertIdentity(client, userId, provider, identity))) return false
  const details = { provider, subject: identity.subject, name: identity.name }
  const actor = { ...request.actor, userId }
  await recordAudit(client, actor, { organizationId: null, action: 'identity.linked', subject: provider, details })
  return true
}

/** Tells a user by mail of an account that was linked to theirs, within the transaction that links it. */
export async function tellOfIdentity(
  client: Database,
  request: LinkRequest,
  userId: string,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<void> {
  const { email } = await getAccount(client, userId)
  const askedBy = askedNow(request.client)
  await queueMail(client, identityLinkedMail(request.publicUrl, email, provider, identity, askedBy))
}

/** Links an account to a user who is signed in. Done already, it does nothing. Throws 409 when it is another user's. */
export async function linkIdentity(
  pool: pg.Pool,
  request: LinkRequest,
  userId: string,
  provider: IdentityProviderName,
  identity: ProvedIdentity,
): Promise<void> {
  await transaction(pool, async (client) => {
    await lockUser(client, userId)
    if (await addIdentity(client, request, userId, provider, identity))
      await tellOfIdentity(client, request, userId, provider, identity)
    else if ((await touchIdentity(client, provider, identity)) !== userId)
      throw apiError(
        'identity_linked_elsewhere',
        'This account is linked to another user. Sign in with it, unlink it there, and link it again.',
      )
  })
}
