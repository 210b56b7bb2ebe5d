import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { apiError } from '../../platform/http/index.ts'
import { challengeInvalid } from './challenges.ts'
import { algorithms, knownTransports, type Transport } from './options.ts'
import type { RelyingParty } from './relying-party.ts'
import { refuseFramed, webauthn } from './webauthn.ts'

/** The new passkey from a valid attestation. */
export interface AttestedPasskey {
  readonly credentialId: Buffer
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly Transport[]
  readonly aaguid: string | null
}

/** The limit of WebAuthn. */
const longestCredentialId = 1023
/** Twice the size of an RSA key of 8192 bits. */
const longestPublicKey = 2048
const noAaguid = '00000000-0000-0000-0000-000000000000'

/** Verifies the result of `navigator.credentials.create`. Throws the 400s of `http.md` 3.6. */
export async function verifyAttestation(
  rp: RelyingParty,
  challenge: Buffer,
  attestation: unknown,
): Promise<AttestedPasskey> {
  const { verifyRegistrationResponse } = await webauthn()
  const response = await readAttestation(attestation)
  let isOurChallenge = true
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: (signed) => {
      isOurChallenge = signed === challenge.toString('base64url')
      return isOurChallenge
    },
    expectedOrigin: [...rp.origins],
    expectedRPID: rp.id,
    requireUserVerification: false, // checked below, with an error of its own
    supportedAlgorithmIDs: algorithms,
  }).catch((error: unknown) => {
    if (!isOurChallenge) throw challengeInvalid('The attestation answers another challenge')
    throw registrationFailed('its authenticator data, origin, relying party or algorithm is wrong', error)
  })
  if (!verified.verified) throw registrationFailed('its own signature is wrong')
  const { credential, aaguid, userVerified } = verified.registrationInfo
  if (!userVerified) throw userVerificationRequired()
  const credentialId = Buffer.from(credential.id, 'base64url')
  if (credentialId.length > longestCredentialId || credential.publicKey.length > longestPublicKey)
    throw registrationFailed('its id or key is too long')
  return {
    credentialId,
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: knownTransports.filter((each) => credential.transports?.includes(each)),
    aaguid: aaguid === noAaguid ? null : aaguid,
  }
}

/** Returns the 400 of an attestation that does not verify. */
export function registrationFailed(why: string, cause?: unknown): Error {
  return apiError(
    'passkey_registration_failed',
    `The passkey was not accepted: ${why}. Ask for new options and try again, or use another authenticator.`,
    { cause },
  )
}

/** Returns the 400 of an authenticator that noticed a touch but did not verify its user. */
export function userVerificationRequired(): Error {
  return apiError(
    'passkey_user_verification_required',
    'The authenticator did not verify its user. Set up a PIN, fingerprint or face on it, or use another one.',
  )
}

/**
 * Refuses attestations with certificates, since none was requested. To verify a chain, the library
 * would fetch revocation lists from any URL in the certificates.
 */
async function readAttestation(attestation: unknown): Promise<RegistrationResponseJSON> {
  const { decodeAttestationObject } = await webauthn()
  const { response } = attestation as Partial<RegistrationResponseJSON>
  const transports: unknown = response?.transports
  try {
    const statement = decodeAttestationObject(
      Uint8Array.from(Buffer.from(response?.attestationObject ?? '', 'base64url')),
    )
    const isSelfMade = statement.get('fmt') === 'packed' && statement.get('attStmt').get('x5c') === undefined
    if (statement.get('fmt') !== 'none' && !isSelfMade) throw new Error('an attestation that was not requested')
    await refuseFramed(response?.clientDataJSON ?? '')
    if (transports !== undefined && !Array.isArray(transports)) throw new Error('transports must be a list')
  } catch (error) {
    throw registrationFailed('it is not an attestation of the kind `none`, made on a page of this server', error)
  }
  return attestation as RegistrationResponseJSON
}
