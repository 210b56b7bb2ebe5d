/** What to say of a ceremony that the browser ended, by the name of its error; null: the person did not want to, or let it time out (web A6). */
export function explainCeremony(name: string): string | null {
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return null
    case 'InvalidStateError':
      return 'This device, or the account that keeps its passkeys, has one for you already. Use that one, or another device or security key.'
    case 'ConstraintError':
      return 'This device cannot keep a passkey, or cannot check that it is you. Give it a screen lock or PIN, or use another device or security key.'
    case 'NotSupportedError':
      return 'This device makes none of the kinds of passkey that the server takes. Use another device or security key.'
    case 'SecurityError':
      return 'The browser allows no passkeys at this address.'
    case 'UnknownError':
      return 'The device could not do it. Try again, or use another device or security key.'
    default:
      return `The browser could not use a passkey (${name}). Try again, or use another browser.`
  }
}
