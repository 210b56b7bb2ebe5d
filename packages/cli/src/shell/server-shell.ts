import type { BuildAddress, Job } from '@harmont/cloud'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { buildAddress, findJob } from '../server/address.ts'
import { openSession, type Session, translateErrors } from '../server/session.ts'
import { converse, openTerminal } from './converse.ts'
import { openShellSocket } from './shell-socket.ts'

/**
 * Opens a shell in a build of the server, in the step with this key or the first failed one.
 * Returns the exit code of the shell, or of `--cmd`.
 */
export async function runServerShell(
  context: Context<'shell'>,
  build: string | undefined,
  step: string | undefined,
): Promise<ExitCode> {
  return translateErrors(context, async () => {
    const { flags, output, stdin, signal, global } = context
    const session = await openSession(context)
    const address = await buildAddress(context, session, { pipeline: flags.pipeline, build })
    const job =
      step === undefined ? await firstFailed(session, address, signal) : await findJob(context, session, address, step)
    const body = { before: flags.before }
    const { url, token } = await session.client.openShell({ ...address, job_id: job.id, body }, { signal })
    const terminal = flags.cmd === undefined ? openTerminal(context) : null
    const size = terminal?.size() ?? null
    const conversation = await openShellSocket({ url, token, script: flags.cmd ?? null, size })
    output.say(introduction(address, job, flags.before))
    return converse(conversation, { stdin, output, terminal, signal, global })
  })
}

async function firstFailed({ client }: Session, address: BuildAddress, signal: AbortSignal): Promise<Job> {
  const { data } = await client.listJobs(address, { signal })
  const failed = data.filter(({ state }) => state === 'failed' || state === 'timed_out')
  const found = failed.find(({ soft_failed }) => !soft_failed) ?? failed[0]
  if (found !== undefined) return found
  const keys = data.flatMap(({ step_key }) => step_key ?? []).slice(0, 20)
  throw new HmError(exits.notFound, 'nothing_failed', `no step of build #${address.number} failed`, {
    fix: `name a step: hm shell ${address.number} KEY; its steps are ${keys.join(', ')}`,
  })
}

function introduction({ number }: BuildAddress, { id, step_key, state, exit_code }: Job, before: boolean): string {
  const ending =
    exit_code === null || exit_code === undefined || exit_code === 0 ? state : `${state} with exit code ${exit_code}`
  const whose = before ? 'started from' : `left (${ending})`
  return `This is the file system that step ${step_key ?? id} of build #${number} ${whose}. Changes made here are lost when it exits.`
}
