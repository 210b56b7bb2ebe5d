import { exits } from '../errors.ts'
import { buildAddress, findJob, isJobId } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { copyLog } from './log-text.ts'

/** `hm job log`: what the job has written so far. An id alone is enough: it needs neither pipeline nor build. */
export const run = signedIn<'job log'>(async (context, session) => {
  const { output, args, flags, global, signal } = context
  const id = isJobId(args.job) && flags.build === undefined ? args.job : await findId()
  if (global.json) {
    const response = await session.client.getJobLogText({ job_id: id }, { signal })
    await output.json({ job_id: id, content: await response.text() })
  } else await copyLog(session.client, id, output, signal)
  return exits.ok

  async function findId(): Promise<string> {
    const address = await buildAddress(context, session, flags)
    return (await findJob(context, session, address, args.job)).id
  }
})
