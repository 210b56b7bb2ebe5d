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
