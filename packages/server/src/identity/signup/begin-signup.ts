import { randomBytes } from 'node:crypto'
import { translateFault } from '../../main/translate-fault.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import { apiError, type Body, type Client } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { mailWay } from '../../platform/mail/mail-way.ts'
import { queueMail, queueSecretMail } from '../../platform/mail/queue-mail.ts'
import { readEmailAddress } from '../../platform/names/email-address.ts'
import { signupCapReached } from '../accounts/create-account.ts'
import { readName } from '../accounts/name.ts'
import { countUsers, findUserByEmail } from '../accounts/store.ts'
import { type Asked, accountExistsMail, askedNow, verificationMail } from '../passkeys/mails.ts'
import type { MailingServices, SignInServices } from '../services.ts'
import { insertVerification, queueSignup, type Verification } from './store.ts'

/** Has a verification mail sent. Neither answer nor its time tells whether the address has an account. */
export async function beginSignup(
  { pool, settings, limiter }: SignInServices,
  client: Client,
  body: Body<'passkeySignupBegin'>,
): Promise<void> {
  await limiter.take('mail_begin_address', client.address)
  const { email, name } = readInput(body)
  if (mailWay(settings) === 'none')
    throw apiError('email_unconfigured', 'This server cannot send mail: its operator must set HARMONT_SMTP_URL.')
  if (settings.signupCap !== null && (await countUsers(pool)) >= settings.signupCap) throw signupCapReached()
  if (!(await limiter.allows('mail_begin_mail', email))) return
  await queueSignup(pool, { email, name, askedBy: askedNow(client) }).catch((error: unknown) => {
    const message = 'Could not queue the mail; try again, and tell the operator of this server if it fails again.'
    throw translateFault(error) ?? apiError('passkey_email_send_failed', message, { cause: error })
  })
}

function readInput(body: Body<'passkeySignupBegin'>): Verification {
  const errors = new FieldErrors()
  const email = readEmailAddress(body.email)
  if (email === undefined) errors.add('email', 'must be an e-mail address such as `ada@example.com`')
  const name = readName(body.name, errors)
  errors.throwIfAny('request_invalid')
  return { email: email ?? '', name }
}

/** The second half, by the worker: a token for a new address, and word for one that has an account. */
export async function mailSignup(
  { pool, settings: { publicUrl }, sealer }: MailingServices,
  { email, name, askedBy }: Verification & { readonly askedBy: Asked },
): Promise<void> {
  await transaction(pool, async (client) => {
    if ((await findUserByEmail(client, email)) !== undefined)
      return queueMail(client, accountExistsMail(publicUrl, email, askedBy))
    const token = randomBytes(32).toString('base64url')
    await insertVerification(client, { tokenHash: hashToken(token), email, name })
    await queueSecretMail(client, sealer, verificationMail(publicUrl, email, token, askedBy))
  })
}
