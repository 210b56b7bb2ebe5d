import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import { ApiProblem } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'

type Challenge = Schema<'PasskeyChallengeResponse'>
type Answer<Name extends string> = { readonly challenge_id: string } & Readonly<Record<Name, Record<string, unknown>>>

/** Loaded when the first ceremony begins: most pages need none of it. */
const webauthn = () => import('@simplewebauthn/browser')

/** Has the browser make a passkey. null: the person did not want to; throws `ApiProblem` for every other end. */
export async function createPasskey({ challenge_id, options }: Challenge): Promise<Answer<'attestation'> | null> {
  const { startRegistration } = await webauthn()
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
  const attestation = await settled(startRegistration({ optionsJSON }))
  return attestation === null ? null : { challenge_id, attestation: { ...attestation } }
}

/**
 * Has the browser sign with a passkey that it holds; with `offered` only once the person picks it in a field that offers it. null and failures as above, and
 * null once `offered` is aborted: a ceremony that begins ends the one before it, which may be the button's by now.
 */
export async function signWithPasskey(
  { challenge_id, options }: Challenge,
  offered?: AbortSignal,
): Promise<Answer<'assertion'> | null> {
  const { startAuthentication } = await webauthn()
  if (offered?.aborted) return null
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON
  const isOffered = offered !== undefined
  const assertion = await settled(startAuthentication({ optionsJSON, useBrowserAutofill: isOffered }), isOffered)
  return assertion === null ? null : { challenge_id, assertion: { ...assertion } }
}

/** Whether fields can offer passkeys in this browser. */
export async function canOfferPasskeys(): Promise<boolean> {
  return (await webauthn()).browserSupportsWebAuthnAutofill()
}

/** Ends a ceremony that waits, for instance when its page is left. */
export async function endCeremony(): Promise<void> {
  const { WebAuthnAbortService } = await webauthn()
  WebAuthnAbortService.cancelCeremony()
}

async function settled<Credential>(ceremony: Promise<Credential>, isOffered = false): Promise<Credential | null> {
  try {
    return await ceremony
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown'
    // Nobody asked for what a field offers: where the browser has nothing to offer, the button says so when it is pressed.
    const message = isOffered && name === 'NotSupportedError' ? null : explainCeremony(name)
    if (message === null) return null
    const nothingElse = { code: null, requestId: null, docUrl: null, fields: {}, details: {}, retryAfterMs: null }
    throw new ApiProblem({ status: 0, message, ...nothingElse }, { cause })
  }
}

/** What to say of a ceremony that the browser ended, by the name of its error; null: the person did not want to, or let it time out (web A6). */
export function explainCeremony(name: string): string | null {
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return null
    case 'InvalidStateError':
      return 'This device already has a passkey for your account. Use that one, or another device or security key.'
    case 'ConstraintError':
      return 'This device cannot store a passkey or verify you. Set a screen lock or PIN, or use another device or security key.'
    case 'NotSupportedError':
      return 'The server supports no passkey type of this device. Use another device or security key.'
    case 'SecurityError':
      return 'The browser does not allow passkeys at this address.'
    case 'UnknownError':
      return 'The device reported an error. Try again, or use another device or security key.'
    default:
      return `The browser could not use a passkey (${name}). Try again, or use another browser.`
  }
}
