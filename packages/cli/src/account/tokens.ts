import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'

/**
 * `hm token create`: prints only the key on stdout, so that it can be piped. The server shows the
 * key only once.
 */
export const create = signedIn<'token create'>(async ({ output, args, global, signal }, { client }) => {
  const made = await client.createApiToken({ body: { description: args.name } }, { signal })
  if (global.json) await output.json(made)
  else {
    output.say('this key is shown once:')
    await output.print(made.token)
  }
  return exits.ok
})

/** `hm token list`. */
export const list = signedIn<'token list'>(async ({ output, global, signal }, { client }) => {
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

/** `hm token revoke`. */
export const revoke = signedIn<'token revoke'>(async ({ output, args, global, signal }, { client }) => {
  await client.revokeApiToken({ id: args.id }, { signal })
  if (global.json) await output.json({ id: args.id })
  else output.say(`revoked key ${args.id}`)
  return exits.ok
})
