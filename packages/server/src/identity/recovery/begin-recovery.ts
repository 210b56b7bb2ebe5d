import { randomBytes } from 'node:crypto'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { Client } from '../../platform/http/index.ts'
import { queueSecretMail } from '../../platform/mail/queue-mail.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { findUserByEmail } from '../accounts/store.ts'
import { type Asked, askedNow } from '../passkeys/mails.ts'
import type { MailingServices, SignInServices } from '../services.ts'
import { recoveryMail } from './mails.ts'
import { insertRecoveryLink, queueRecovery } from './store.ts'

/** Has a recovery mail sent when the address has an account. Neither answer nor its time tells whether it has. */
export async function beginRecovery(
  { pool, limiter }: SignInServices,
  client: Client,
  { email: text }: { readonly email: string },
): Promise<void> {
  await limiter.take('mail_begin_address', client.address)
  const email = readEmailAddress(text)
  if (email === undefined || !(await limiter.allows('mail_begin_mail', email))) return
  await queueRecovery(pool, { email, askedBy: askedNow(client) })
}

/** The second half, by the worker. */
export async function mailRecovery(
  { pool, settings: { publicUrl }, sealer }: MailingServices,
  email: string,
  askedBy: Asked,
): Promise<void> {
  await transaction(pool, async (client) => {
    const userId = await findUserByEmail(client, email)
    if (userId === undefined) return
    const token = randomBytes(32).toString('base64url')
    await insertRecoveryLink(client, hashToken(token), userId)
    await queueSecretMail(client, sealer, recoveryMail(publicUrl, email, token, askedBy))
  })
}
