import { CloudError } from '@harmont/cloud'
import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { connect, translateErrors } from '../server/session.ts'

/** `hm logout`: ends the session on the server, then removes its token. */
export const run: Handler<'logout'> = (context) =>
  translateErrors(context, async () => {
    const { output, flags, global, signal } = context
    const apiUrl = (await context.config()).get('cloud.api_url')
    const credentials = await context.credentials()
    const found = await credentials.token(apiUrl)
    if (found?.origin === 'HM_API_TOKEN')
      throw new HmError(
        exits.usage,
        'token_in_environment',
        'the token comes from HM_API_TOKEN, which hm cannot remove',
        {
          fix: 'unset HM_API_TOKEN, and revoke the key with hm token revoke ID',
        },
      )
    if (found !== undefined && !flags.localOnly) {
      try {
        await (await connect(context, found.token)).logout({}, { signal })
      } catch (error) {
        // The session has already ended.
        if (!(error instanceof CloudError) || error.status !== 401) throw error
      }
    }
    const removed = await credentials.remove(apiUrl)
    if (global.json) await output.json({ api_url: apiUrl, was_signed_in: removed })
    else output.say(removed ? `signed out at ${apiUrl}` : `you were not signed in at ${apiUrl}`)
    return exits.ok
  })
