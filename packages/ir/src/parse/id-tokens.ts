/** Reads the `id_tokens` of a step (`ir.md` 1.3). */
import { type Names, variableProblem } from './env.ts'
import { describe } from './problems.ts'
import { below, member, type Reader } from './read.ts'

const MAX_TOKENS = 10
const MAX_AUDIENCE = 255
const TOKEN = new Set(['audience'])

/** Returns undefined for a step without tokens. */
export function readIdTokens(
  reader: Reader,
  value: unknown,
  at: string,
  { env, secrets }: { readonly env: Names; readonly secrets: Names },
): Readonly<Record<string, string>> | undefined {
  const tokens = Object.entries(reader.object(value, at) ?? {}).filter(([, token]) => token !== null)
  if (tokens.length > MAX_TOKENS)
    reader.limit(at, `at most ${MAX_TOKENS} tokens`, `${tokens.length}`, 'Use fewer tokens.')
  const read = tokens.slice(0, MAX_TOKENS).flatMap(([name, token]) => {
    const expected = nameProblem(name)
    if (expected !== undefined) reader.limit(at, `${expected} for a token`, describe(name), 'Rename it.')
    else if (Object.hasOwn(secrets, name) || Object.hasOwn(env, name)) {
      const got = `one that ${Object.hasOwn(secrets, name) ? 'a secret' : 'env'} has`
      reader.limit(below(at, name), 'a variable of its own', got, 'Rename one of the two.')
    }
    const audience = readToken(reader, token, below(at, name))
    return expected === undefined && audience !== undefined ? [[name, audience] as const] : []
  })
  return read.length === 0 ? undefined : Object.fromEntries(read)
}

function nameProblem(name: string): string | undefined {
  return name.startsWith('HARMONT_') ? 'a name that does not begin with "HARMONT_"' : variableProblem(name)
}

function readToken(reader: Reader, value: unknown, at: string): string | undefined {
  const token = reader.object(value, at, { expected: 'an object with an audience', required: true })
  if (token === undefined) return undefined
  reader.unknownMembers(token, TOKEN, at)
  return readAudience(reader, member(token, 'audience'), below(at, 'audience'))
}

export function readAudience(reader: Reader, value: unknown, at: string): string | undefined {
  const fix = 'Name whom the token is for, such as "sts.amazonaws.com".'
  const audience = reader.name(value, at, MAX_AUDIENCE, { fix, required: true })
  if (audience === undefined || (audience.trim() === audience && !/\p{Cc}/u.test(audience))) return audience
  const expected = 'no control characters and no white space at the ends'
  reader.limit(at, expected, describe(audience), fix)
  return undefined
}
