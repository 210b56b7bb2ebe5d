import type { Context } from '../context.ts'
import { exits, usageError } from '../errors.ts'
import { namedPipeline } from '../server/named-pipeline.ts'
import { signedIn } from '../server/session.ts'

/** `hm secret set`: the value is never an argument, where other users of the machine could read it. */
export const run = signedIn<'secret set'>(async (context, { client, org }) => {
  const { args, flags, output, signal } = context
  const address = { org: await org() }
  const body = { name: args.name, value: await readValue(context), ...limitsOf(context) }
  if (flags.pipeline === undefined) {
    await client.setOrganizationSecret({ ...address, body }, { signal })
    output.say(`${args.name} is set for ${address.org}`)
  } else {
    const pipeline = await namedPipeline(context, client, address.org, flags.pipeline)
    await client.setPipelineSecret({ ...address, pipeline, body }, { signal })
    output.say(`${args.name} is set for ${address.org}/${pipeline}`)
  }
  return exits.ok
})

/** Leaves out limits that are not named, which stay as they are. */
function limitsOf({ flags: { branches, events, noLimits, uploads } }: Context<'secret set'>) {
  const lifted = noLimits ? { branches: null, events: null } : {}
  return {
    ...lifted,
    ...(branches.length === 0 ? {} : { branches: [...branches] }),
    ...(events.length === 0 ? {} : { events: [...events] }),
    ...(uploads === undefined ? {} : { uploads: uploads === 'yes' }),
  }
}

const longestValue = 1024 * 1024

async function readValue({ stdin, ask, args }: Context<'secret set'>): Promise<string> {
  if (stdin.isTTY === true) return ask.secret({ message: `Value of ${args.name}`, flag: 'hm secret set NAME < FILE' })
  let value = ''
  for await (const piece of stdin.setEncoding('utf8')) {
    value += piece
    if (value.length > longestValue) throw usageError('the secret on stdin exceeds 1 MiB')
  }
  if (value === '') throw usageError('stdin is empty: expected the value of the secret', 'hm secret set NAME < FILE')
  // What `echo` adds is nobody's secret.
  return value.replace(/\r?\n$/, '')
}
