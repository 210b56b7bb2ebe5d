import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'

/** The request in a link of `hm login`. */
export type CliLogin =
  | { readonly kind: 'paste' }
  /** `showsCode`: the terminal also shows the matching code. */
  | {
      readonly kind: 'loopback'
      readonly port: number
      readonly nonce: string
      readonly state: string
      readonly showsCode: boolean
    }
  /** An invalid link signs nobody in. */
  | { readonly kind: 'invalid'; readonly reason: string }

interface Given {
  readonly port?: string | undefined
  readonly nonce?: string | undefined
  readonly state?: string | undefined
  readonly code?: string | undefined
  readonly paste?: boolean | undefined
}

/** Parses a link of `hm login` (web A7). Any unexpected parameter makes the link invalid. */
export function readCliLogin({ port = '', nonce = '', state = '', code, paste }: Given): CliLogin {
  if (paste === true) return { kind: 'paste' }
  if (!/^[1-9]\d{3,4}$/.test(port) || Number(port) < 1024 || Number(port) > 65_535)
    return { kind: 'invalid', reason: 'The port is not a number from 1024 to 65535.' }
  if (!/^[\x21-\x7e]{16,256}$/.test(nonce))
    return { kind: 'invalid', reason: 'The nonce is not 16 to 256 visible characters.' }
  return { kind: 'loopback', port: Number(port), nonce, state, showsCode: code === '1' }
}

/**
 * Returns the address on which the terminal listens. Throws if the address is not on this machine.
 */
export function callbackAddress({ port, state }: { readonly port: number; readonly state: string }): string {
  const url = new URL('http://127.0.0.1/callback')
  url.port = String(port)
  url.searchParams.set('state', state)
  const isOurs = url.protocol === 'http:' && url.hostname === '127.0.0.1' && Number(url.port || 80) === port
  if (!isOurs || url.pathname !== '/callback' || url.username !== '')
    throw new Error(`not the address of a terminal on this machine: ${url.href}`)
  return url.href
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Returns the code that both page and terminal show (`cli.md` 7): 40 bits of the nonce's digest.
 */
export function matchingCode(nonce: string): string {
  const digest = sha256(utf8ToBytes(`harmont-cli-login\n${nonce}`))
  const bits = digest.slice(0, 5).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const characters = Array.from({ length: 8 }, (_, at) => crockford[Number((bits >> BigInt(35 - 5 * at)) & 31n)])
  return groupsOfFour(characters.join('')).join('-')
}

/** Splits a code into groups of four characters. */
export function groupsOfFour(code: string): readonly string[] {
  return code.match(/.{1,4}/g) ?? []
}
