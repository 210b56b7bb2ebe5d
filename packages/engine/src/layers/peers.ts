/** Runners from which others of their pool take layers, and the tickets that let them. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../core/model.ts'

/** Where other runners take layers from a runner. */
export interface PeerAddress {
  /** `HOST:PORT` */
  readonly address: string
  /** SHA-256 of its certificate, in hex: it signs that itself. */
  readonly certificate: string
}

/** Lets one runner read one object of a layer at the runner whose key has signed it. */
export interface PeerTicket {
  readonly layer: string
  readonly digest: string
  /** SHA-256 of the taker's certificate, in hex. */
  readonly taker: string
  /** By the server's clock. */
  readonly until: Instant
}

export const ticketMs = 15 * 60_000

/** Returns the key of the tickets for a runner. It forges no ticket for another one. */
export function ticketKey(secret: string, runner: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['layer tickets', runner]))
    .digest('base64url')
}

export function signTicket(key: string, { layer, digest, taker, until }: PeerTicket): string {
  const claim = Buffer.from(JSON.stringify([layer, digest, taker, until])).toString('base64url')
  return `${claim}.${signatureOf(key, claim)}`
}

/** Returns what a ticket is for; null unless the key has signed it and it still holds. */
export function readTicket(key: string, text: string, now: Instant): PeerTicket | null {
  const [claim = '', signature = ''] = text.split('.')
  const [given, right] = [Buffer.from(signature), Buffer.from(signatureOf(key, claim))]
  if (given.length !== right.length || !timingSafeEqual(given, right)) return null
  const [layer, digest, taker, until] = JSON.parse(Buffer.from(claim, 'base64url').toString()) as [
    string,
    string,
    string,
    number,
  ]
  return now < until ? { layer, digest, taker, until } : null
}

function signatureOf(key: string, claim: string): string {
  return createHmac('sha256', key).update(claim).digest('base64url')
}
