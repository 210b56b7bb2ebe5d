/** Addresses of peers, and the tickets that give access to their layers. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Instant } from '../core/model.ts'

/** Address at which other runners take layers from a runner. */
export interface PeerAddress {
  /** `HOST:PORT` */
  readonly address: string
  /** SHA-256 of its self-signed certificate, in hex. */
  readonly certificate: string
}

/** Allows one runner to read one object of a layer from the runner whose key signed the ticket. */
export interface PeerTicket {
  readonly layer: string
  readonly digest: string
  /** SHA-256 of the taker's certificate, in hex. */
  readonly taker: string
  /** Expiry by the server's clock. */
  readonly until: Instant
}

export const ticketMs = 15 * 60_000

/** Returns a runner's key for tickets. The key cannot forge tickets for other runners. */
export function ticketKey(secret: string, runner: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['layer tickets', runner]))
    .digest('base64url')
}

export function signTicket(key: string, { layer, digest, taker, until }: PeerTicket): string {
  const claim = Buffer.from(JSON.stringify([layer, digest, taker, until])).toString('base64url')
  return `${claim}.${signatureOf(key, claim)}`
}

/** Returns the content of a ticket; null if the signature is wrong or the ticket has expired. */
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
