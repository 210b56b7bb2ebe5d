import { exits } from '../errors.ts'
import { buildAddress, buildUrl } from './address.ts'
import { printJobs } from './job-table.ts'
import { signedIn } from './session.ts'
import { minute, printFacts, timeBetween } from './table.ts'
import { isWaiting, waitSentences } from './wait-sentences.ts'

/** `hm build show`. */
export const run = signedIn<'build show'>(async (context, session) => {
  const { output, args, flags, global, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const [build, { data: jobs }] = await Promise.all([
    session.client.getBuild(address, { signal }),
    session.client.listJobs(address, { signal }),
  ])
  if (global.json) {
    await output.json({ ...build, jobs })
    return exits.ok
  }
  const waits = jobs.some(isWaiting) ? await waitSentences(session, address, signal) : new Map<string, string>()
  const first = jobs.find(({ state }) => state === 'scheduled') ?? jobs.find(isWaiting)
  await printFacts(output, [
    ['build', `#${build.number} of ${address.org}/${build.pipeline_slug}`],
    ['state', build.state],
    ['error', [build.error_code, build.error_message].filter((text) => text).join(': ')],
    ['waits', build.wait_reason && (waits.get(first?.id ?? '') ?? build.wait_reason)],
    ['branch', build.branch],
    ['commit', build.commit],
    ['message', build.message],
    ['by', build.author?.name ?? build.author?.email],
    ['created', minute(build.created_at)],
    ['took', timeBetween(build.started_at, build.finished_at)],
    ['page', buildUrl(session.appUrl, address)],
  ])
  if (jobs.length > 0) await output.print('')
  await printJobs(output, jobs, waits)
  return exits.ok
})
