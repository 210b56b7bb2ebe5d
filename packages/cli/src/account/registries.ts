import { exits, usageError } from '../errors.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'
import { readHidden } from './read-hidden.ts'

/** `hm registry set`. */
export const set = signedIn<'registry set'>(async (context, { client, org }) => {
  const { args, flags, output, global, signal } = context
  const { host } = args
  const { username, forks } = flags
  if (username === undefined)
    throw usageError('--username is missing: the user to log in as', `hm registry set ${host} --username NAME`)
  const address = { org: await org() }
  const secret = await readHidden(context, {
    message: `Secret of ${username} at ${host}`,
    what: 'the secret of the login',
    fix: `hm registry set ${host} --username ${username} < FILE`,
  })
  const body = { username, secret, ...(forks === undefined ? {} : { forks: forks === 'yes' }) }
  await client.setRegistry({ ...address, host, body }, { signal })
  if (global.json) await output.json({ host, organization: address.org })
  else output.say(`runners pull images of ${host} as ${username} for ${address.org}`)
  return exits.ok
})

/** `hm registry list`. */
export const list = signedIn<'registry list'>(async ({ output, global, signal }, { client, org }) => {
  const { registries } = await client.listRegistries({ org: await org() }, { signal })
  if (global.json) await output.json({ data: registries })
  else
    await printTable(
      output,
      ['REGISTRY', 'USER', 'FORKS', 'CHANGED'],
      registries.map(({ host, username, forks, updated_at }) => [
        host,
        username,
        forks ? 'yes' : 'no',
        minute(updated_at),
      ]),
    )
  return exits.ok
})

/** `hm registry rm`. */
export const remove = signedIn<'registry rm'>(async ({ args, output, global, signal }, { client, org }) => {
  const address = { org: await org(), host: args.host }
  await client.deleteRegistry(address, { signal })
  if (global.json) await output.json({ host: address.host, organization: address.org })
  else output.say(`removed the login of ${args.host}`)
  return exits.ok
})
