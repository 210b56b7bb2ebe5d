import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { localHome } from '../records/home.ts'
import { runsOf } from '../records/run-records.ts'
import { Answer, quoted } from './answer.ts'
import { type BuildWish, openBuild } from './open-build.ts'
import { headOf } from './questions.ts'

interface RunWish {
  readonly pipeline?: string | undefined
  readonly steps?: readonly string[] | undefined
  readonly cloud?: boolean | undefined
  readonly keep_going?: boolean | undefined
}

type RetryWish = BuildWish & { readonly steps?: readonly string[] | undefined }

/** Members of the first line of `hm run --json` and similar commands. */
interface Begun {
  readonly run_id?: string
  readonly number?: number
  readonly build?: { readonly number: number; readonly pipeline: string }
  readonly pipeline_slug?: string
}

/** Maximum length of a command's messages kept for the answer. */
const keptMessages = 8_000
const lookAgainMs = 200

/**
 * Local runs started by tools. Each is a separate `hm run`, as if started by a person: all other
 * commands see its record. It ends with `hm mcp`.
 */
export class StartedRuns {
  readonly #context: Context<'mcp'>
  readonly #children = new Set<ChildProcess>()

  constructor(context: Context<'mcp'>) {
    this.#context = context
  }

  /** `run`: starts a local run, or a build on the server. */
  async run({ pipeline, steps = [], cloud = false, keep_going = false }: RunWish): Promise<string> {
    const named = pipeline === undefined ? [] : ['--pipeline', pipeline]
    const chosen = steps.flatMap((step) => ['--step', step])
    const where = [...(cloud ? ['--cloud', '--detach'] : []), ...(keep_going ? ['--keep-going'] : [])]
    return this.#start(['run', ...named, ...chosen, ...where])
  }

  /** `retry`: runs the failed steps again. */
  async retry({ build, pipeline, steps = [] }: RetryWish): Promise<string> {
    const found = await openBuild(this.#context, { build, pipeline }, true)
    const { pipeline: slug } = found.call
    const where = slug === undefined ? [] : ['--pipeline', slug, '--detach']
    return this.#start(['retry', ...where, '--', String(found.call.build), ...steps], slug)
  }

  /** Ends all active runs as Ctrl-C does, and waits for them. */
  async end(): Promise<void> {
    const running = [...this.#children]
    for (const child of running) child.kill('SIGINT')
    await Promise.all(
      running.map((child) => child.exitCode === null && child.signalCode === null && once(child, 'close')),
    )
  }

  async #start(line: readonly string[], pipeline?: string): Promise<string> {
    const child = await this.#spawn(line)
    let messages = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      messages = (messages + text).slice(-keptMessages)
    })
    const closed = once(child, 'close')
    const begun = await firstLine(child)
    if (begun === null) {
      await closed
      return refused(child.exitCode, messages)
    }
    return this.#started(begun, pipeline)
  }

  async #spawn(line: readonly string[]): Promise<ChildProcess> {
    const { directory, env } = this.#context
    const config = await this.#context.config()
    const given = (['cloud.org', 'cloud.api_url'] as const).flatMap((key) =>
      config.origin(key).layer === 'flag' ? [key === 'cloud.org' ? '--org' : '--api-url', String(config.get(key))] : [],
    )
    const program = process.argv[1]
    if (program === undefined) throw new Error('expected a process to know its program')
    const [command = '', ...rest] = line
    const child = spawn(
      process.execPath,
      ['--', program, command, '--json', '--yes', '-d', directory, ...given, ...rest],
      {
        // The child ends with this process, however this process ends.
        env: { ...env, HM_LAUNCHER: String(process.pid) },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    this.#children.add(child)
    child.once('close', () => this.#children.delete(child))
    return child
  }

  #started({ run_id, number, build, pipeline_slug }: Begun, pipeline: string | undefined): string {
    const { cacheDirectory, directory } = this.#context
    const onServer = build?.number ?? number
    const answer = new Answer()
    if (onServer === undefined) {
      const record = runsOf(localHome(cacheDirectory).runs, directory).find(({ id }) => id === run_id)
      if (record === undefined)
        throw new HmError(exits.unavailable, 'run_not_found', 'the run has no record', { fix: 'call builds' })
      answer.say(`Run ${record.number} of ${quoted(record.slug, 'the pipeline')} has started on this machine.`)
      answer.next('wait', { build: record.number }, 'waits for its end')
    } else {
      const slug = build?.pipeline ?? pipeline_slug ?? pipeline
      answer.say(`Build #${onServer} of ${quoted(slug ?? '', 'the pipeline')} has started on the server.`)
      answer.next('wait', { build: onServer, pipeline: slug }, 'waits for its end')
    }
    return answer.text()
  }
}

/** Reads the first line as JSON; null if the process ends without one. Discards the rest. */
async function firstLine(child: ChildProcess): Promise<Begun | null> {
  const { stdout } = child
  if (stdout === null) return null
  const lines = createInterface({ input: stdout })
  try {
    for await (const line of lines) return JSON.parse(line) as Begun
    return null
  } finally {
    lines.close()
    stdout.resume()
  }
}

/** Converts the end of a command that started nothing into an answer or the command's error. */
function refused(code: number | null, messages: string): string {
  const last = messages.trim().split('\n').at(-1) ?? ''
  if (code === exits.ok) {
    const answer = new Answer()
    answer.say('Nothing was started.')
    answer.data(last)
    return answer.text()
  }
  const { error } = parsed(last)
  const exit = Object.values(exits).find((each) => each === code) ?? exits.defect
  if (error === undefined) throw new HmError(exit as ExitCode, 'run_not_started', `hm ended with ${code}: ${last}`)
  // Both may contain step keys and texts from the repository.
  throw new HmError(exit, error.code, error.fix === undefined ? error.message : `${error.message}\nfix: ${error.fix}`)
}

function parsed(line: string): {
  readonly error?: { readonly code: string; readonly message: string; readonly fix?: string }
} {
  try {
    return JSON.parse(line)
  } catch {
    return {}
  }
}

/** `wait`: returns when a build has ended, or after the given seconds. */
export async function wait(
  context: Context<'mcp'>,
  { seconds = 45, ...wish }: BuildWish & { readonly seconds?: number | undefined },
): Promise<string> {
  const until = performance.now() + seconds * 1000
  let build = await openBuild(context, wish)
  const every = build.call.pipeline === undefined ? lookAgainMs : 5 * lookAgainMs
  while (!build.isOver && performance.now() < until) {
    await sleep(Math.min(every, Math.max(1, until - performance.now())), undefined, { signal: context.signal })
    build = await build.readAgain()
  }
  const answer = new Answer()
  answer.say(headOf(build))
  if (!build.isOver) answer.next('wait', build.call, 'waits on')
  if (build.steps.some(({ isFailure }) => isFailure) || build.state === 'failed')
    answer.next('failure', build.call, 'explains the failure')
  return answer.text()
}
