import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDataDirectory } from '../platform/data-directory/open-data-directory.ts'
import { type Environment, readSettings, SettingsError } from '../platform/settings/read-settings.ts'
import { untilStopped } from '../platform/stop-signals.ts'
import { RunnerCaller, readCertificates, readJoined } from '../runners/runner-caller.ts'
import { drainText } from '../runners/signed-text.ts'

const askEveryMs = 1_000

/**
 * Runs `harmont drain` on the machine of a runner: the runner gets no new job until its next start.
 * The command ends when the runner has no job and no files that builds still need from it. The
 * request is repeated, because a restarted runner takes jobs again.
 */
export async function drain(args: readonly string[], environment: Environment): Promise<void> {
  if (args.length > 0) throw new SettingsError(`drain: expected no arguments, got \`${args.join(' ')}\`.`)
  const { serverUrl: url, serverCa, dataDirectory } = readSettings({ ...environment, HARMONT_ROLE: 'runner' })
  if (url === null) throw new Error('the role `runner` has no HARMONT_SERVER_URL despite validation')
  const directory = await openDataDirectory(dataDirectory)
  const runner = await readJoined(directory)
  if (runner === null)
    throw new SettingsError(`HARMONT_DATA_DIR: no runner has joined from ${dataDirectory}. Name the runner's own.`)
  const caller = await RunnerCaller.open({ url, ca: await readCertificates(serverCa), directory })
  try {
    await untilStopped('drain: stopped. The runner still takes no new jobs until its next start.', (signal) =>
      untilEmpty(() => whatIsLeft(caller, runner), signal),
    )
  } finally {
    await caller.close()
  }
}

interface Left {
  readonly jobs: number
  readonly files: number
}

/**
 * Drains the runner. Returns its remaining jobs and files; null while the server does not answer.
 */
async function whatIsLeft(caller: RunnerCaller, runner: string): Promise<Left | null> {
  try {
    const { jobs, files } = await caller.signed('drain', runner, {}, drainText)
    return { jobs: Number(jobs), files: Number(files) }
  } catch (error) {
    if (error instanceof SettingsError) throw error
    return null
  }
}

/**
 * Polls until two responses in a row are empty: a job leased during the first appears in the
 * second.
 */
async function untilEmpty(ask: () => Promise<Left | null>, signal: AbortSignal): Promise<void> {
  let told = ''
  for (let empty = 0; empty < 2; ) {
    const left = await ask()
    empty = left?.jobs === 0 && left.files === 0 ? empty + 1 : 0
    const state = describe(left)
    if (state !== told) process.stdout.write(`${state}\n`)
    told = state
    if (empty < 2) await sleep(askEveryMs, undefined, { signal })
  }
}

function describe(left: Left | null): string {
  if (left === null) return 'The server does not answer; asking again.'
  const { jobs, files } = left
  if (jobs > 0) return `The runner takes no new jobs. It still has ${jobs} ${jobs === 1 ? 'job' : 'jobs'}.`
  if (files > 0) return `The runner takes no new jobs. It sends files that builds need: ${files} left.`
  return 'The runner takes no new jobs, and has no job left.'
}
