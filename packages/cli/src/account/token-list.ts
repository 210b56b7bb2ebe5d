import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'

/** `hm token list`. */
export const run = signedIn<'token list'>(async ({ output, global, signal }, { client }) => {
  const { api_tokens: data } = await client.listApiTokens({}, { signal })
  if (global.json) await output.json({ data })
  else {
    const rows = data.map((key) => [
      key.id,
      key.description ?? '',
      minute(key.created_at),
      minute(key.last_used_at),
      minute(key.expires_at) || 'never',
    ])
    await printTable(output, ['ID', 'FOR', 'MADE', 'LAST USED', 'EXPIRES'], rows)
  }
  return exits.ok
})
