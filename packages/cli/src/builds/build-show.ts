import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { buildAddress, buildUrl } from '../server/address.ts'
import { type Session, signedIn } from '../server/session.ts'
import { minute, printFacts } from '../terminal/table.ts'
import { printJobs } from './job-table.ts'
import { tookOf } from './took.ts'
import { isWaiting, sentencesOf } from './wait-sentences.ts'

/** `hm build show`. */
export const run = signedIn<'build show'>((context, session) => show(context, session))

/** `hm status` of a build of the server: the newest where no number is given. */
export const showOnServer = signedIn<'status'>((context, session) => show(context, session))

async function show(context: Context<'build show'> | Context<'status'>, session: Session): Promise<ExitCode> {
  const { output, args, flags, global, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const [{ build, jobs: views }, { data: jobs }] = await Promise.all([
    session.client.getBuildView(address, { signal }),
    session.client.listJobs(address, { signal }),
  ])
  if (global.json) {
    await output.json({ ...build, jobs })
    return exits.ok
  }
  const waits = sentencesOf(views)
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
    ['took', tookOf(build)],
    ['page', buildUrl(session.appUrl, address)],
  ])
  if (jobs.length > 0) await output.print('')
  await printJobs(output, jobs, waits)
  return exits.ok
}
