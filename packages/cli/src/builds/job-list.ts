import { exits } from '../errors.ts'
import { buildAddress } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { printJobs } from './job-table.ts'

/** `hm job list`. */
export const run = signedIn<'job list'>(async (context, session) => {
  const { output, flags, global, signal } = context
  const address = await buildAddress(context, session, flags)
  const { data } = await session.client.listJobs(address, { signal })
  if (global.json) await output.json({ data })
  else await printJobs(output, data)
  return exits.ok
})
