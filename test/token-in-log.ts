/** Reads the identity token of a step from its log, which would mask it. */
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose'

const audience = 'sts.example.com'

/** The `id_tokens` of a step that runs `printToken`. */
export const idTokens = { ID: { audience } }

/** Command that prints the token with each letter moved by half the alphabet. */
export const printToken = 'tr A-Za-z N-ZA-Mn-za-m <"$ID"; echo'

/**
 * Verifies the token in a log with the issuer's published keys, like an outside service, and
 * returns its claims.
 */
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
