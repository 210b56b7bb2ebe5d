import type { AuthenticationResponseJSON, VerifyAuthenticationResponseOpts } from '@simplewebauthn/server'
import { apiError } from '../../platform/http/index.ts'
import { challengeInvalid } from './challenges.ts'
import type { RelyingParty } from './relying-party.ts'
import { userVerificationRequired } from './verify-attestation.ts'
import { refuseFramed, webauthn } from './webauthn.ts'

/** A stored passkey that an assertion is verified against. */
interface StoredPasskey {
  readonly public_key: Buffer
  readonly user_handle: Buffer
}

/**
 * Returns the id of an assertion's passkey. An assertion without an id yields an empty one, which
 * matches no passkey.
 */
export function credentialIdOf(assertion: unknown): Buffer {
  const { id } = assertion as Partial<AuthenticationResponseJSON>
  return Buffer.from(typeof id === 'string' ? id : '', 'base64url')
}

/**
 * Verifies the result of `navigator.credentials.get` for a challenge. Returns the authenticator's
 * counter. Throws the 400s of `http.md` 3.6.
 */
export async function verifyAssertion(
  rp: RelyingParty,
  challenge: Buffer,
  assertion: unknown,
  passkey: StoredPasskey,
): Promise<number> {
  const response = assertion as AuthenticationResponseJSON
  let isOurChallenge = true
  const { verified, authenticationInfo } = await verifyUnframed({
    response,
    expectedChallenge: (signed) => {
      isOurChallenge = signed === challenge.toString('base64url')
      return isOurChallenge
    },
    expectedOrigin: [...rp.origins],
    expectedRPID: rp.id,
    // The counter is checked later, when it is written to the passkey's row.
    credential: { id: response.id, publicKey: Uint8Array.from(passkey.public_key), counter: 0 },
    requireUserVerification: false, // checked below, with an error of its own
  }).catch((error: unknown) => {
    if (!isOurChallenge) throw challengeInvalid('The assertion answers another challenge')
    throw assertionFailed('its data, origin or relying party is wrong', error)
  })
  if (!verified) throw assertionFailed('its signature is wrong')
  const { userHandle } = response.response
  if (userHandle != null && !Buffer.from(userHandle, 'base64url').equals(passkey.user_handle))
    throw assertionFailed('it is for another account')
  if (!authenticationInfo.userVerified) throw userVerificationRequired()
  return authenticationInfo.newCounter
}

async function verifyUnframed(options: VerifyAuthenticationResponseOpts) {
  const { verifyAuthenticationResponse } = await webauthn()
  await refuseFramed(options.response.response.clientDataJSON)
  return verifyAuthenticationResponse(options)
}

/** Returns the 400 of an assertion that does not verify. */
export function assertionFailed(why: string, cause?: unknown): Error {
  return apiError(
    'passkey_assertion_failed',
    `The passkey was not accepted: ${why}. Start the sign-in again, or use another passkey or the recovery of the account.`,
    { cause },
  )
}
