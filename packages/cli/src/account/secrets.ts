import type { Context } from '../context.ts'
import { exits } from '../errors.ts'
import { namedPipeline } from '../server/pipeline-address.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'
import { readHidden } from './read-hidden.ts'

/**
 * `hm secret set`: takes no value as an argument, because other users of the machine could read it.
 */
export const set = signedIn<'secret set'>(async (context, { client, org }) => {
  const { args, flags, output, global, signal } = context
  const address = { org: await org() }
  const body = { name: args.name, value: await readValue(context), ...limitsOf(context) }
  const pipeline =
    flags.pipeline === undefined ? null : await namedPipeline(context, client, address.org, flags.pipeline)
  if (pipeline === null) await client.setOrganizationSecret({ ...address, body }, { signal })
  else await client.setPipelineSecret({ ...address, pipeline, body }, { signal })
  if (global.json) await output.json({ name: args.name, organization: address.org, pipeline })
  else output.say(`${args.name} is set for ${pipeline === null ? address.org : `${address.org}/${pipeline}`}`)
  return exits.ok
})

/** Omits limits without a flag, which stay unchanged. */
function limitsOf({ flags: { branches, events, noLimits, uploads } }: Context<'secret set'>) {
  const lifted = noLimits ? { branches: null, events: null } : {}
  return {
    ...lifted,
    ...(branches.length === 0 ? {} : { branches: [...branches] }),
    ...(events.length === 0 ? {} : { events: [...events] }),
    ...(uploads === undefined ? {} : { uploads: uploads === 'yes' }),
  }
}

function readValue(context: Context<'secret set'>): Promise<string> {
  const message = `Value of ${context.args.name}`
  return readHidden(context, { message, what: 'the value of the secret', fix: 'hm secret set NAME < FILE' })
}

/** `hm secret list`: lists secrets of the organization, or of one pipeline. */
export const list = signedIn<'secret list'>(async (context, { client, org }) => {
  const { output, flags, global, signal } = context
  const address = { org: await org() }
  const { secrets } =
    flags.pipeline === undefined
      ? await client.listOrganizationSecrets(address, { signal })
      : await client.listPipelineSecrets(
          { ...address, pipeline: await namedPipeline(context, client, address.org, flags.pipeline) },
          { signal },
        )
  if (global.json) await output.json({ data: secrets })
  else
    await printTable(
      output,
      ['NAME', 'BRANCHES', 'EVENTS', 'UPLOADS', 'CHANGED'],
      secrets.map(({ name, branches, events, uploads, updated_at }) => {
        // An upload can claim any branch and event, so a limit restricts uploads too.
        const isLimited = branches !== null || events !== null
        const said = (names: readonly string[] | null) => names?.join(' ') ?? 'all'
        return [name, said(branches), said(events), uploads || !isLimited ? 'yes' : 'no', minute(updated_at)]
      }),
    )
  return exits.ok
})

/** `hm secret rm`. */
export const remove = signedIn<'secret rm'>(async (context, { client, org }) => {
  const { args, flags, output, global, signal } = context
  const address = { org: await org(), name: args.name }
  const pipeline =
    flags.pipeline === undefined ? null : await namedPipeline(context, client, address.org, flags.pipeline)
  if (pipeline === null) await client.deleteOrganizationSecret(address, { signal })
  else await client.deletePipelineSecret({ ...address, pipeline }, { signal })
  if (global.json) await output.json({ name: args.name, organization: address.org, pipeline })
  else output.say(`removed ${args.name}`)
  return exits.ok
})
