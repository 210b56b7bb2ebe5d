import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import { ApiProblem } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'

type Challenge = Schema<'PasskeyChallengeResponse'>
type Answer<Name extends string> = { readonly challenge_id: string } & Readonly<Record<Name, Record<string, unknown>>>

/** Loads the library at the first ceremony; most pages need none. */
const webauthn = () => import('@simplewebauthn/browser')

/**
 * Creates a passkey; returns null if the person cancels. Throws `ApiProblem` for any other failure.
 */
export async function createPasskey({ challenge_id, options }: Challenge): Promise<Answer<'attestation'> | null> {
  const { startRegistration } = await webauthn()
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON
  const attestation = await settled(startRegistration({ optionsJSON }))
  return attestation === null ? null : { challenge_id, attestation: { ...attestation } }
}

/**
 * Signs with a passkey; with `suggested`, only once the person picks a suggestion in a field.
 * Returns null if the person cancels, if `suggested` is aborted, or if a new ceremony, such as the
 * button's, ends this one.
 */
export async function signWithPasskey(
  { challenge_id, options }: Challenge,
  suggested?: AbortSignal,
): Promise<Answer<'assertion'> | null> {
  const { startAuthentication } = await webauthn()
  if (suggested?.aborted) return null
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON
  const isSuggested = suggested !== undefined
  const assertion = await settled(startAuthentication({ optionsJSON, useBrowserAutofill: isSuggested }), isSuggested)
  return assertion === null ? null : { challenge_id, assertion: { ...assertion } }
}

/** Whether fields can suggest passkeys in this browser. */
export async function canSuggestPasskeys(): Promise<boolean> {
  return (await webauthn()).browserSupportsWebAuthnAutofill()
}

/** Ends a waiting ceremony, for example when the person leaves its page. */
export async function endCeremony(): Promise<void> {
  const { WebAuthnAbortService } = await webauthn()
  WebAuthnAbortService.cancelCeremony()
}

async function settled<Credential>(ceremony: Promise<Credential>, isSuggested = false): Promise<Credential | null> {
  try {
    return await ceremony
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'unknown'
    // The browser refused to suggest passkeys; the person sees the failure only after pressing the
    // button.
    const message = isSuggested && name === 'NotSupportedError' ? null : explainCeremony(name)
    if (message === null) return null
    const nothingElse = { code: null, requestId: null, docUrl: null, fields: {}, details: {}, retryAfterMs: null }
    throw new ApiProblem({ status: 0, message, ...nothingElse }, { cause })
  }
}

/** Explains a ceremony's error by its name; null if the person canceled (web A6). */
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
