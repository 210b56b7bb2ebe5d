import { type CloudClient, CloudError } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { exits, HmError, usageError } from '../errors.ts'
import { likelyBrowser, openBrowser } from '../server/browser.ts'

const tries = 3

/**
 * Signs in with a code from the web application and returns the session's token. Rejects with exit
 * 3 after three wrong codes.
 */
export async function loginByPaste(
  context: Pick<Context, 'output' | 'signal' | 'ask' | 'env' | 'stdin'>,
  client: CloudClient,
  appUrl: string,
): Promise<string> {
  const { output, signal, ask, env } = context
  const given = env.HM_LOGIN_CODE?.trim() ?? ''
  if (given !== '') return redeem(client, given, signal)
  const address = `${appUrl}/cli-login?paste=true`
  if (!ask.possible)
    throw usageError(
      'signing in needs a code, and there is no terminal to ask on',
      `hm login --token < FILE with a key from hm token create, or open ${address} and pass its code: HM_LOGIN_CODE=CODE hm login`,
    )
  if (likelyBrowser(context)) await openBrowser(address, context)
  output.say(`open ${address} and enter the code it shows`)
  for (let tried = 1; ; tried += 1) {
    const code = (await ask.text({ message: 'Code', flag: 'HM_LOGIN_CODE=CODE' })).trim()
    try {
      if (code !== '') return await redeem(client, code, signal)
      if (tried === tries)
        throw new HmError(exits.signedOut, 'login_expired', 'no code entered', { fix: 'hm login --paste' })
    } catch (error) {
      if (!(error instanceof HmError) || error.code !== 'cli_code_invalid' || tried === tries) throw error
      output.warn(error.message)
    }
  }
}

async function redeem(client: CloudClient, code: string, signal: AbortSignal): Promise<string> {
  try {
    return (await client.cliRedeem({ body: { code } }, { signal })).token
  } catch (error) {
    if (!(error instanceof CloudError) || error.code !== 'cli_code_invalid') throw error
    throw new HmError(exits.signedOut, error.code, error.message, {
      fix: 'get a new code: hm login --paste',
      cause: error,
    })
  }
}
