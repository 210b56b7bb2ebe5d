import { randomBytes } from 'node:crypto'
import type { Database } from '../../platform/database/transaction.ts'
import { hashToken } from '../../platform/encryption/token.ts'
import type { Body } from '../../platform/http/index.ts'
import { getAccount } from '../accounts/store.ts'
import { beginEnrollment } from '../passkeys/begin-enrollment.ts'
import { linkInvalid } from '../passkeys/link-invalid.ts'
import type { SignInServices } from '../services.ts'
import { newChallenge } from '../webauthn/challenges.ts'
import { creationOptions } from '../webauthn/options.ts'
import { relyingParty } from '../webauthn/relying-party.ts'
import { readIdentity } from './setup-input.ts'
import { findSetupLink, needsSetup, type SetupLink } from './store.ts'

/** What a link is for; nothing is used up. Throws 400. */
export async function inspectSetup({ pool }: SignInServices, { setup_token }: Body<'setupInspect'>) {
  const { user_id } = await requireSetupLink(pool, hashToken(setup_token))
  if (user_id === null) return { kind: 'new', email: null } as const
  return { kind: 'existing', email: (await getAccount(pool, user_id)).email } as const
}

/** Options for the administrator's passkey. Throws 400 and 422. */
export async function setupOptions({ pool, settings }: SignInServices, body: Body<'setupOptions'>) {
  const tokenHash = hashToken(body.setup_token)
  const { user_id } = await requireSetupLink(pool, tokenHash)
  const rp = relyingParty(settings)
  const owner = { purpose: 'setup', tokenHash } as const
  if (user_id !== null) return beginEnrollment(pool, rp, user_id, owner, (all) => all)
  const userHandle = randomBytes(32)
  const identity = readIdentity(body)
  const challenge = await newChallenge(pool, { ...owner, userHandle })
  return creationOptions(rp, challenge, { ...identity, userHandle, exclude: [] })
}

/** The link with this token. Throws 400 for one that is unknown, used or expired, or that makes a first administrator where there is one. */
export async function requireSetupLink(database: Database, tokenHash: string): Promise<SetupLink> {
  const link = await findSetupLink(database, tokenHash)
  if (link === undefined || (link.user_id === null && !(await needsSetup(database)))) throw linkInvalid('setup link')
  return link
}
