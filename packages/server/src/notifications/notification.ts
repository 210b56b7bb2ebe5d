/** The types of notifications, and the encryption of their addresses. */
import type { components } from '@harmont/contract'
import type { Sealer } from '../platform/encryption/seal.ts'

export type Kind = components['schemas']['Notification']['kind']

/** The events of notifications, the most specific first: `broke` before `finished`. */
export const events = ['broke', 'fixed', 'finished', 'approval', 'flaky'] as const
export type Event = (typeof events)[number]

/** The destination of a notification. */
export interface Address {
  readonly url: string
  /** Signs the messages; null if the receiver checks no signature. */
  readonly secret: string | null
  /** The previous secret, which also signs for a day. */
  readonly earlier: { readonly secret: string; readonly until: string } | null
}

/**
 * Returns the context that an address is encrypted for, outside of which it cannot be decrypted.
 */
export function placeOfNotification(id: string): string {
  return `notification/${id}`
}

export function sealAddress(sealer: Sealer, id: string, address: Address): Buffer {
  return sealer.seal(placeOfNotification(id), JSON.stringify(address))
}

/** Throws `CannotOpen` if the address was sealed under another key. */
export function openAddress(sealer: Sealer, id: string, sealed: Buffer): Address {
  return JSON.parse(sealer.open(placeOfNotification(id), sealed)) as Address
}
