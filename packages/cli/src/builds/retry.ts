import { type BuildAddress, CloudError } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError, usageError } from '../errors.ts'
import { buildAddress, buildUrl, findJob } from '../server/address.ts'
import { openSession, type Session, translateErrors } from '../server/session.ts'
import { isDetached, watchBuild } from './watch-build.ts'

type Here = Pick<Context, 'config' | 'directory' | 'signal' | 'env' | 'cacheDirectory'>

/** `hm retry` of a build of the server: retries its failed steps, or the named ones. */
export async function retryOnServer(
  context: Context<'retry'>,
  build: string | undefined,
  steps: readonly string[],
): Promise<ExitCode> {
  return translateErrors(context, async () => {
    const { flags, output, global, signal } = context
    if (flags.env.length > 0)
      throw usageError('a retry on the server keeps the variables of its build', 'hm rebuild BUILD -e NAME=VALUE')
    const session = await openSession(context)
    const address = await buildAddress(context, session, { pipeline: flags.pipeline, build })
    const keys = await retry(context, session, address, steps)
    output.say(`retrying: ${keys.join(', ')}`)
    const retried = await session.client.getBuild(address, { signal })
    if (!(await isDetached(context, flags.detach)))
      return watchBuild({ ...context, flags: {} }, session, address, { build: retried, onInterrupt: 'cancel' })
    if (global.json) await output.json(retried)
    else await output.print(`#${retried.number} ${buildUrl(session.appUrl, address)}`)
    return exits.ok
  })
}

/** Retries the steps and returns the keys of those with a new attempt. */
async function retry(
  context: Here,
  session: Session,
  address: BuildAddress,
  steps: readonly string[],
): Promise<string[]> {
  const { signal } = context
  const step_keys = steps.length === 0 ? null : [...steps]
  try {
    const { data } = await session.client.retryBuild({ ...address, body: { step_keys } }, { signal })
    return data.map(({ step_key, id }) => step_key ?? id)
  } catch (error) {
    if (!(error instanceof CloudError) || !error.isUnknownOperation) throw error
    return retryOneByOne(context, session, address, steps)
  }
}

/** Retries job by job, for servers without the newer operation. */
async function retryOneByOne(
  context: Here,
  session: Session,
  address: BuildAddress,
  steps: readonly string[],
): Promise<string[]> {
  const { signal } = context
  const { data } = await session.client.listJobs(address, { signal })
  const failed = data.filter(({ state }) => ['failed', 'timed_out', 'canceled'].includes(state))
  const wanted =
    steps.length === 0 ? failed : await Promise.all(steps.map((step) => findJob(context, session, address, step)))
  if (wanted.length === 0)
    throw new HmError(exits.refused, 'job_not_retryable', `no step of build #${address.number} failed`)
  for (const { id } of wanted) await session.client.retryJob({ ...address, job_id: id }, { signal })
  return wanted.map(({ step_key, id }) => step_key ?? id)
}
