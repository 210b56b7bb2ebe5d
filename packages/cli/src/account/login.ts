import { type CloudClient, CloudError } from '@harmont/cloud'
import type { Context, Handler } from '../context.ts'
import { exits, HmError, usageError } from '../errors.ts'
import { likelyBrowser } from '../server/browser.ts'
import { connect, translateErrors } from '../server/session.ts'

/**
 * `hm login` (cli.md 7): by a loopback redirect, a pasted code, or a token from stdin. Checks the
 * token before storing it.
 */
export const run: Handler<'login'> = (context) =>
  translateErrors(context, async () => {
    const { flags, output, global } = context
    if (flags.paste && flags.token) throw usageError('--paste and --token cannot be used together')
    const config = await context.config()
    const credentials = await context.credentials()
    const apiUrl = config.get('cloud.api_url')
    const nobody = await connect(context, null)
    await requireServer(nobody, context.signal)
    const token = await obtainToken(context, nobody, config.appUrl)
    const user = await (await connect(context, token)).getCurrentUser({}, { signal: context.signal })
    await credentials.store(apiUrl, token)
    if (global.json) await output.json({ name: user.name ?? null, email: user.email, api_url: apiUrl })
    else output.say(`signed in as ${user.name ?? user.email} <${user.email}> at ${apiUrl}`)
    if ((context.env.HM_API_TOKEN ?? '') !== '') output.warn('HM_API_TOKEN is set and overrides the stored token')
    return exits.ok
  })

async function obtainToken(context: Context<'login'>, client: CloudClient, appUrl: string): Promise<string> {
  const { flags, env } = context
  if (flags.token) return readToken(context)
  if (!flags.paste && (env.HM_LOGIN_CODE ?? '') === '' && likelyBrowser(context)) {
    const { loginByLoopback } = await import('./login-loopback.ts')
    return loginByLoopback(context, client, appUrl)
  }
  const { loginByPaste } = await import('./login-paste.ts')
  return loginByPaste(context, client, appUrl)
}

const longestToken = 4096

async function readToken({ stdin, ask }: Context<'login'>): Promise<string> {
  if (stdin.isTTY === true) return ask.secret({ message: 'Token', flag: '--token < FILE' })
  let text = ''
  for await (const piece of stdin.setEncoding('utf8')) {
    text += piece
    if (text.length > longestToken)
      throw usageError(`a token has fewer than ${longestToken} characters; stdin has more`)
  }
  const token = text.trim()
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new HmError(exits.usage, 'token_invalid', 'no token on stdin: expected one word of printable ASCII', {
      fix: 'hm login --token < FILE',
    })
  return token
}

/**
 * Throws exit 4 unless the server answers within this time. Runs first, because signing in waits
 * for a person.
 */
export async function requireServer(client: CloudClient, stop: AbortSignal, limitMs = 3000): Promise<void> {
  const limit = AbortSignal.timeout(limitMs)
  try {
    const health = await client.getHealth({}, { signal: AbortSignal.any([stop, limit]), attempts: 1 })
    await health.body?.cancel()
  } catch (error) {
    stop.throwIfAborted()
    if (limit.aborted)
      throw new HmError(exits.unavailable, 'no_answer', `${client.baseUrl} did not answer within ${limitMs / 1000} s`, {
        fix: 'check the address with hm config list, or pass --api-url',
        cause: error,
      })
    // A server that is not ready, or lacks this operation, still answers.
    if (!(error instanceof CloudError) || error.status === 0) throw error
  }
}
