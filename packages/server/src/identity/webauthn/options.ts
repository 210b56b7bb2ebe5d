import type { NewChallenge } from './challenges.ts'
import type { RelyingParty } from './relying-party.ts'
import { webauthn } from './webauthn.ts'

/** ES256, RS256 and EdDSA. */
export const algorithms = [-7, -257, -8]
const timeout = 300_000

export const knownTransports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'] as const
/** A kind of connection between browser and authenticator. */
export type Transport = (typeof knownTransports)[number]

/** A passkey of the user, in the form of WebAuthn. */
export interface KnownCredential {
  readonly credential_id: Buffer
  readonly transports: readonly Transport[]
}

/** The response to a client that begins a ceremony. */
interface Begun {
  readonly challenge_id: string
  /** In the browser's own JSON form, without a wrapper. */
  readonly options: Record<string, unknown>
}

interface Enrollment {
  readonly userHandle: Buffer
  readonly email: string
  readonly name: string | null
  /** An authenticator that holds one of these does not create a second passkey. */
  readonly exclude: readonly KnownCredential[]
}

/** Returns the options for creating a passkey. */
export async function creationOptions(
  rp: RelyingParty,
  { id, challenge }: NewChallenge,
  { userHandle, email, name, exclude }: Enrollment,
): Promise<Begun> {
  const { generateRegistrationOptions } = await webauthn()
  const options = await generateRegistrationOptions({
    rpName: 'Harmont',
    rpID: rp.id,
    userID: Uint8Array.from(userHandle),
    userName: email,
    userDisplayName: name ?? email,
    challenge: Uint8Array.from(challenge),
    timeout,
    attestationType: 'none',
    excludeCredentials: exclude.map(({ credential_id, transports }) => ({
      id: credential_id.toString('base64url'),
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
  return { challenge_id: id, options: { ...options } }
}

/** Returns the options for signing in with any passkey of this server. */
export async function requestOptions(rp: RelyingParty, { id, challenge }: NewChallenge): Promise<Begun> {
  const { generateAuthenticationOptions } = await webauthn()
  const options = await generateAuthenticationOptions({
    rpID: rp.id,
    challenge: Uint8Array.from(challenge),
    allowCredentials: [],
    timeout,
    userVerification: 'required',
  })
  return { challenge_id: id, options: { ...options } }
}
