import { ForgeRefused, ForgeUnavailable } from '../../platform/outbound/forge-errors.ts'

const usualPatienceSeconds = 60

/**
 * The JSON of a good answer; null where it has none. Fails with `ForgeUnavailable` where later may help, and `ForgeRefused` where it will not. `what` names the
 * call; tokens are never said.
 */
export async function readAnswer(what: string, ask: () => Promise<Response>): Promise<unknown> {
  let response: Response
  let text: string
  try {
    response = await ask()
    text = await response.text()
  } catch (cause) {
    throw new ForgeUnavailable(`Bitbucket did not answer ${what}.`, null, { cause })
  }
  const { status } = response
  if (status === 429) throw new ForgeUnavailable(`Bitbucket answered 429 to ${what}.`, patience(response.headers))
  if (status >= 500) throw new ForgeUnavailable(`Bitbucket answered ${status} to ${what}.`, null)
  if (status >= 400) throw new ForgeRefused(`Bitbucket answered ${status} to ${what}${wordsOf(text)}.`, status)
  if (text === '') return null
  const value = parse(text)
  // A page of a proxy: what was asked for may be done or not.
  if (value === undefined) throw new ForgeUnavailable(`Bitbucket did not answer ${what} with JSON.`, null)
  return value
}

/** Bitbucket's limit is by the hour and it seldom says for how long: a minute is what its own clients wait. */
function patience(headers: Headers): number {
  const told = Number(headers.get('retry-after') ?? Number.NaN)
  return Number.isSafeInteger(told) && told >= 0 ? told : usualPatienceSeconds
}

/** Bitbucket's own words about an error, as far as it has some. */
function wordsOf(text: string): string {
  const value = parse(text)
  const error = memberOf(value, 'error')
  const words = memberOf(error, 'message') ?? memberOf(value, 'error_description')
  return typeof words === 'string' ? `: ${words.slice(0, 300)}` : ''
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // what is no JSON is for the caller to judge
  }
}
