import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { apiError } from '../../platform/http/index.ts'
import { refuseFramed } from '../passkeys/client-data.ts'
import { challengeInvalid } from './challenges.ts'
import { algorithms } from './options.ts'
import type { RelyingParty } from './relying-party.ts'
import { webauthn } from './webauthn.ts'

const knownTransports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
/** How a browser reaches an authenticator. */
export type Transport = (typeof knownTransports)[number]

/** What a good attestation tells of the new passkey. */
export interface AttestedPasskey {
  readonly credentialId: Buffer
  readonly publicKey: Buffer
  readonly counter: number
  readonly transports: readonly Transport[]
  readonly aaguid: string | null
}

/** WebAuthn allows no longer ids. */
const longestCredentialId = 1023
/** An RSA key of 8192 bits is half of it. */
const longestPublicKey = 2048
const noAaguid = '00000000-0000-0000-0000-000000000000'

/** Judges what `navigator.credentials.create` gave for a challenge. Throws the 400s of `http.md` 3.6. */
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
    requireUserVerification: false, // asked below, where it has its own error
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

/** The 400 of an attestation that is good for nothing; `why` says what was expected. */
export function registrationFailed(why: string, cause?: unknown): Error {
  return apiError(
    'passkey_registration_failed',
    `The passkey was not accepted: ${why}. Ask for new options and try again, or use another authenticator.`,
    { cause },
  )
}

/** The 400 of an authenticator that was touched by somebody, and does not know by whom. */
export function userVerificationRequired(): Error {
  return apiError(
    'passkey_user_verification_required',
    'The authenticator did not verify its user. Set up a PIN, fingerprint or face on it, or use another one.',
  )
}

/**
 * Lets pass only what comes without certificates: no attestation was asked for, and to check a chain the library would fetch revocation lists from
 * wherever the certificates say.
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
