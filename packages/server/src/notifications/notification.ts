/** The terms of notifications. */
import type { components } from '@harmont/contract'
import type { Sealer } from '../platform/encryption/seal.ts'

export type Kind = components['schemas']['Notification']['kind']

/** An event that a notification may be for. The most telling first: `broke` before `finished`. */
export const events = ['broke', 'fixed', 'finished', 'approval', 'flaky'] as const
export type Event = (typeof events)[number]

/** Where a notification goes. */
export interface Address {
  readonly url: string
  /** Signs the messages; null where the receiver checks no signature. */
  readonly secret: string | null
  /** The secret before it, which signs too for a day. */
  readonly earlier: { readonly secret: string; readonly until: string } | null
}

/** Returns the context that an address is encrypted for: it decrypts nowhere else. */
export function placeOfNotification(id: string): string {
  return `notification/${id}`
}

export function sealAddress(sealer: Sealer, id: string, address: Address): Buffer {
  return sealer.seal(placeOfNotification(id), JSON.stringify(address))
}

/** Throws `CannotOpen` when it was sealed under another key. */
export function openAddress(sealer: Sealer, id: string, sealed: Buffer): Address {
  return JSON.parse(sealer.open(placeOfNotification(id), sealed)) as Address
}
