import { exits } from '../errors.ts'
import { buildAddress, findJob } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { minute, printFacts, timeBetween } from '../terminal/table.ts'
import { isWaiting, waitSentences } from './wait-sentences.ts'

/** `hm job show`. */
export const run = signedIn<'job show'>(async (context, session) => {
  const { output, args, flags, global, signal } = context
  const address = await buildAddress(context, session, flags)
  const job = await findJob(context, session, address, args.job)
  if (global.json) {
    await output.json(job)
    return exits.ok
  }
  const waits = isWaiting(job) ? await waitSentences(session, address, signal) : undefined
  await printFacts(output, [
    ['job', job.id],
    ['step', job.step_key],
    ['name', job.name],
    ['build', `#${address.number} of ${address.org}/${address.pipeline}`],
    ['state', job.state],
    ['exit code', job.exit_code?.toString()],
    ['error', [job.error_code, job.error_message].filter((text) => text).join(': ')],
    ['attempt', job.attempt?.toString()],
    ['cached', job.cached === true ? 'yes' : undefined],
    ['waits', waits?.get(job.id) ?? job.wait_reason],
    ['skipped', job.skip_reason],
    ['command', job.command],
    ['started', minute(job.started_at)],
    ['took', timeBetween(job.started_at, job.finished_at)],
  ])
  return exits.ok
})
