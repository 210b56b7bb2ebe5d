import { randomBytes } from 'node:crypto'
import { scaled } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError } from '../../platform/http/index.ts'
import { Authenticator } from '../../testing/authenticator.ts'
import { verifyAssertion } from './verify-assertion.ts'
import { verifyAttestation } from './verify-attestation.ts'

const origin = 'https://ci.example.com'
const rp = { id: 'ci.example.com', origins: [origin] }
const challenge = randomBytes(32)
const text = challenge.toString('base64url')
const device = new Authenticator(origin)
const creation = {
  challenge: text,
  rp: { id: rp.id },
  user: { id: randomBytes(32).toString('base64url'), name: 'ada@example.com', displayName: 'Ada' },
  excludeCredentials: [],
}
const runs = { numRuns: scaled(150) }

interface Change {
  readonly place: number
  readonly bit: number
  readonly cut: boolean
}
const changes = fc.record({ place: fc.nat(), bit: fc.nat(7), cut: fc.boolean() })

/**
 * Returns the answer with one bit of one member flipped, or with the member cut off at that place.
 */
function changed(
  answer: Record<string, unknown>,
  member: string,
  { place, bit, cut }: Change,
): Record<string, unknown> {
  const response = answer.response as Record<string, string>
  const bytes = Buffer.from(response[member] ?? '', 'base64url')
  const at = place % bytes.length
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
  const sent = cut ? bytes.subarray(0, at) : bytes
  return { ...answer, response: { ...response, [member]: sent.toString('base64url') } }
}

async function refusal(work: Promise<unknown>): Promise<number> {
  try {
    await work
    return 200
  } catch (error) {
    if (error instanceof ApiError) return error.status
    throw error
  }
}

test('an assertion with a flipped bit or a missing end gets 400, except where DER ignores the bit', async () => {
  const key = await verifyAttestation(rp, challenge, device.create(creation))
  const passkey = {
    ...{ id: 'x', user_id: 'y', nickname: 'z', is_locked: false, public_key: key.publicKey },
    user_handle: Buffer.from(creation.user.id, 'base64url'),
  }
  const assertion = device.get({ challenge: text, rpId: rp.id })
  await verifyAssertion(rp, challenge, assertion, passkey)
  const { signature } = assertion.response as Record<string, string>
  const signatureBytes = Buffer.from(signature ?? '', 'base64url').length
  const members = fc.constantFrom('clientDataJSON', 'authenticatorData', 'signature', 'userHandle')
  await fc.assert(
    fc.asyncProperty(members, changes, async (member, change) => {
      const sent = changed(assertion, member, change)
      const status = await refusal(verifyAssertion(rp, challenge, sent, passkey))
      // The decoder reads the signature's two numbers without checking the tag and length around
      // them.
      const isFrame = member === 'signature' && !change.cut && change.place % signatureBytes < 2
      if (!isFrame) expect(status).toBe(400)
    }),
    runs,
  )
})

test('a self-signed attestation with a flipped bit or a missing end gets 400, or attests the same passkey', async () => {
  const attestation = device.create(creation, { format: 'packed' })
  const attested = await verifyAttestation(rp, challenge, attestation)
  const members = fc.constantFrom('clientDataJSON', 'attestationObject')
  await fc.assert(
    fc.asyncProperty(members, changes, async (member, change) => {
      const answer = verifyAttestation(rp, challenge, changed(attestation, member, change))
      // The decoder does not check all of the redundant lengths in CBOR and DER.
      if ((await refusal(answer)) !== 400) expect(await answer).toEqual(attested)
    }),
    runs,
  )
})

test('an attestation of random bytes or of any JSON gets 400', async () => {
  const attestation = device.create(creation)
  const response = attestation.response as Record<string, unknown>
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const attestationObject = Buffer.from(bytes).toString('base64url')
      const random = { ...attestation, response: { ...response, attestationObject } }
      expect(await refusal(verifyAttestation(rp, challenge, random))).toBe(400)
    }),
    runs,
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom('id', 'rawId', 'type', 'response'), fc.jsonValue()), async (any) => {
      expect(await refusal(verifyAttestation(rp, challenge, any))).toBe(400)
    }),
    runs,
  )
})
