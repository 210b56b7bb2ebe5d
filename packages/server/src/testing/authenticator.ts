/**
 * A software authenticator, written only from the WebAuthn and COSE specifications, which it can
 * also violate on request.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { encode } from 'cborg'

type Algorithm = -7 | -257 | -8 | -37

/** Deviations from the specification. */
export interface Wrong {
  readonly origin?: string
  readonly rpId?: string
  readonly challenge?: string
  readonly type?: string
  readonly crossOrigin?: boolean
  /** The user is present but not verified. */
  readonly isUnverified?: boolean
  readonly isAbsent?: boolean
  readonly counter?: number
  readonly userHandle?: string | null
  readonly signature?: Buffer
  readonly format?: 'none' | 'packed' | 'packed with certificate' | 'fido-u2f'
  readonly credentialId?: Buffer
}

export interface CreationOptions {
  readonly challenge: string
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly excludeCredentials: readonly { readonly id: string; readonly transports: readonly string[] }[]
}

export interface RequestOptions {
  readonly challenge: string
  readonly rpId: string
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest()
const text64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url')

export class Authenticator {
  readonly credentialId = randomBytes(32)
  userHandle: string | null = null
  /** The signature counter; null: none, as for passkeys shared by devices. */
  counter: number | null
  readonly #algorithm: Algorithm
  readonly #origin: string
  readonly #keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }

  constructor(origin: string, { algorithm = -7, counts = false }: { algorithm?: Algorithm; counts?: boolean } = {}) {
    this.#origin = origin
    this.#algorithm = algorithm
    this.counter = counts ? 0 : null
    this.#keys = keysFor(algorithm)
  }

  /** Returns the result of `navigator.credentials.create(…).toJSON()`. */
  create(options: CreationOptions, wrong: Wrong = {}): Record<string, unknown> {
    this.userHandle = options.user.id
    const clientData = this.#clientData('webauthn.create', options.challenge, wrong)
    const credentialId = wrong.credentialId ?? this.credentialId
    const length = Buffer.alloc(2)
    length.writeUInt16BE(credentialId.length)
    const credential = Buffer.concat([Buffer.alloc(16), length, credentialId, this.#publicKey()])
    const authData = Buffer.concat([this.#head(options.rp.id, 0x40, wrong), credential])
    const format = wrong.format ?? 'none'
    const sig = this.#sign(Buffer.concat([authData, sha256(clientData)]), wrong)
    const certificate = format === 'packed' || format === 'none' ? {} : { x5c: [randomBytes(64)] }
    const attStmt = format === 'none' ? {} : { alg: this.#algorithm, sig, ...certificate }
    const attestationObject = encode({ fmt: format.split(' ')[0], attStmt, authData })
    return this.#answer(credentialId, {
      clientDataJSON: text64(clientData),
      attestationObject: text64(Buffer.from(attestationObject)),
      transports: ['internal', 'hybrid', 'a-future-one'],
    })
  }

  /** Returns the result of `navigator.credentials.get(…).toJSON()`. */
  get(options: RequestOptions, wrong: Wrong = {}): Record<string, unknown> {
    const clientData = this.#clientData('webauthn.get', options.challenge, wrong)
    const authData = this.#head(options.rpId, 0, wrong)
    const signature = this.#sign(Buffer.concat([authData, sha256(clientData)]), wrong)
    return this.#answer(wrong.credentialId ?? this.credentialId, {
      clientDataJSON: text64(clientData),
      authenticatorData: text64(authData),
      signature: text64(signature),
      userHandle: wrong.userHandle === undefined ? this.userHandle : wrong.userHandle,
    })
  }

  #answer(credentialId: Buffer, response: Record<string, unknown>): Record<string, unknown> {
    const id = text64(credentialId)
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} }
  }

  #clientData(type: string, challenge: string, wrong: Wrong): string {
    return JSON.stringify({
      type: wrong.type ?? type,
      challenge: wrong.challenge ?? challenge,
      origin: wrong.origin ?? this.#origin,
      crossOrigin: wrong.crossOrigin ?? false,
    })
  }

  #head(rpId: string, flags: number, wrong: Wrong): Buffer {
    if (this.counter !== null) this.counter += 1
    const tail = Buffer.alloc(5)
    tail.writeUInt8(flags | (wrong.isAbsent ? 0 : 0x01) | (wrong.isUnverified ? 0 : 0x04))
    tail.writeUInt32BE(wrong.counter ?? this.counter ?? 0, 1)
    return Buffer.concat([sha256(wrong.rpId ?? rpId), tail])
  }

  #sign(data: Buffer, { signature }: Wrong): Buffer {
    return signature ?? sign(this.#algorithm === -8 ? null : 'sha256', data, this.#keys.privateKey)
  }

  #publicKey(): Buffer {
    const jwk = this.#keys.publicKey.export({ format: 'jwk' })
    const part = (name: 'x' | 'y' | 'n' | 'e') => Buffer.from(String(jwk[name]), 'base64url')
    const head: [number, unknown][] = [[3, this.#algorithm]]
    const ec: [number, unknown][] = [...head, [1, 2], [-1, 1], [-2, jwk.x && part('x')], [-3, jwk.y && part('y')]]
    const rsa: [number, unknown][] = [...head, [1, 3], [-1, jwk.n && part('n')], [-2, jwk.e && part('e')]]
    const okp: [number, unknown][] = [...head, [1, 1], [-1, 6], [-2, jwk.x && part('x')]]
    const entries = jwk.kty === 'EC' ? ec : jwk.kty === 'RSA' ? rsa : okp
    return Buffer.from(encode(new Map(entries)))
  }
}

function keysFor(algorithm: Algorithm): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (algorithm) {
    case -7:
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case -8:
      return generateKeyPairSync('ed25519')
    case -257:
    case -37:
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}
