import { allPages, isEnded, waitForBuild } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { buildAddress, buildUrl, pipelineAddress } from '../server/address.ts'
import { openBrowser } from '../server/browser.ts'
import { type Session, signedIn } from '../server/session.ts'
import { duration } from '../terminal/amounts.ts'
import { minute, printFacts, printTable } from '../terminal/table.ts'
import { annotationLines } from '../view/annotations.ts'
import { charsetFor } from '../view/charset.ts'
import { isWaiting, printJobs, sentencesOf } from './jobs.ts'
import { keyOf } from './map-server-job.ts'
import { isDetached, watchBuild } from './watch-build.ts'

const defaultLimit = 20

/** `hm build list`: prints the newest 20 builds or `--limit`; with `--json` all. */
export const list = signedIn<'build list'>(async (context, session) => {
  const { output, flags, global, signal } = context
  const address = await pipelineAddress(context, session, flags.pipeline)
  const filter = flags.state === undefined ? {} : { state: flags.state }
  const limit = flags.limit ?? (global.json ? undefined : defaultLimit)
  const data = await Array.fromAsync(
    allPages((page) => session.client.listOrganizationBuilds({ ...address, ...filter, ...page }, { signal }), limit),
  )
  if (global.json) await output.json({ data })
  else {
    const rows = data.map((build) => [
      `#${build.number}`,
      build.state,
      build.branch ?? '',
      (build.commit ?? '').slice(0, 8),
      minute(build.created_at),
      tookOf(build),
      (build.message ?? '').split('\n')[0] ?? '',
    ])
    await printTable(output, ['BUILD', 'STATE', 'BRANCH', 'COMMIT', 'CREATED', 'TOOK', 'MESSAGE'], rows)
  }
  return exits.ok
})

/** `hm build show`. */
export const show = signedIn<'build show'>(showBuild)

/** `hm status` of a build of the server: shows the newest build unless a number is given. */
export const showOnServer = signedIn<'status'>(showBuild)

async function showBuild(context: Context<'build show'> | Context<'status'>, session: Session): Promise<ExitCode> {
  const { output, args, flags, global, signal, env } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const [{ build, jobs: views }, { data: jobs }] = await Promise.all([
    session.client.getBuildView(address, { signal }),
    session.client.listJobs(address, { signal }),
  ])
  const hasAnnotations = views.some(({ annotations }) => annotations > 0)
  const { data: annotations } = hasAnnotations
    ? await session.client.listAnnotations(address, { signal })
    : { data: [] }
  if (global.json) {
    await output.json({ ...build, jobs, annotations })
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
  const names = new Map(jobs.map((job) => [job.id, job.name ?? keyOf(job)]))
  const written = annotations.map((one) => ({ ...one, step: names.get(one.job_id) ?? 'a step' }))
  for (const line of annotationLines(written, charsetFor(env))) await output.print(line)
  return exits.ok
}

/**
 * `hm build open`: also prints the address on stdout, because a browser may not start. Opens no
 * browser with `--json`, because the caller is a program.
 */
export const open = signedIn<'build open'>(async (context, session) => {
  const { args, flags, output, global, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  await session.client.getBuild(address, { signal })
  const url = buildUrl(session.appUrl, address)
  if (global.json) {
    await output.json({ url })
    return exits.ok
  }
  await output.print(url)
  if (!(await openBrowser(url, context))) output.warn('could not open a browser')
  return exits.ok
})

/** `hm build watch`: exits with the build's exit code; Ctrl-C leaves the build running. */
export const watch = signedIn<'build watch'>(async (context, session) => {
  const { args, flags, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const build = await session.client.getBuild(address, { signal })
  return watchBuild(context, session, address, { build, onInterrupt: 'leave' })
})

/** `hm rebuild`. */
export const rebuild = signedIn<'rebuild'>(async (context, session) => {
  const { args, flags, output, global, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const env = Object.fromEntries(flags.env.map(({ name, value }) => [name, value]))
  const build = await session.client.rebuildBuild({ ...address, body: { env } }, { signal })
  const made = { ...address, number: build.number }
  if (!(await isDetached(context, flags.detach)))
    return watchBuild({ ...context, flags: {} }, session, made, { build, onInterrupt: 'cancel' })
  if (global.json) await output.json(build)
  else await output.print(`#${build.number} ${buildUrl(session.appUrl, made)}`)
  return exits.ok
})

/**
 * `hm cancel` on the server: asks for confirmation, then waits for the end. Leaves an ended build
 * unchanged.
 */
export const cancelOnServer = signedIn<'cancel'>(async (context, session) => {
  const { args, flags, output, ask, global, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const { client } = session
  const build = await client.getBuild(address, { signal })
  const told = (state: string, isCanceled: boolean) =>
    output.json({ number: build.number, pipeline: address.pipeline, state, canceled: isCanceled })
  if (isEnded(build)) {
    if (global.json) await told(build.state, false)
    else output.say(`build #${build.number} has already ended: ${build.state}`)
    return exits.ok
  }
  const named = `build #${build.number} of ${address.org}/${address.pipeline}`
  if (!(await ask.confirm({ message: `Cancel ${named} (${build.state})?`, flag: '--yes' }))) {
    if (global.json) await told(build.state, false)
    else output.say(`${named} was not canceled`)
    return exits.ok
  }
  await client.cancelBuild(address, { signal })
  const { state } = await waitForBuild(client, address, { signal })
  if (global.json) await told(state, state === 'canceled')
  else output.say(`${named}: ${state}`)
  return exits.ok
})

interface Ended {
  readonly finished_at?: string | null | undefined
  readonly run_ms: number | null
}

/** Returns the run time of an ended build, without the time between its end and a retry. */
function tookOf({ finished_at, run_ms }: Ended): string {
  return finished_at && run_ms !== null ? duration(run_ms) : ''
}
