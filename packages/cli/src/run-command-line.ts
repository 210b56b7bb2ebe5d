import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Parsed, parseFlags } from './command-line/flags.ts'
import { type Resolved, resolveCommand } from './command-line/resolve.ts'
import { handlers } from './commands.ts'
import type { Config } from './config/config.ts'
import type { Credentials } from './config/credentials.ts'
import type { Context, GlobalFlags } from './context.ts'
import { type ExitCode, exits } from './errors.ts'
import { cacheDirectory, projectDirectory, userDirectory } from './process/directories.ts'
import { reportFailure } from './process/failure.ts'
import type { Interrupts } from './process/interrupts.ts'
import { openTrace, type Trace } from './process/trace.ts'
import type { Command } from './specs/index.ts'
import { makeOutput, type Output } from './terminal/output.ts'
import { makeQuestions } from './terminal/questions.ts'
import { type ColorWhen, type OutputStream, terminal } from './terminal/terminal.ts'

/** The process environment of `hm`. */
export interface World {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: () => string
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly interrupts: Interrupts
  /** The parent process, if its end must end this process. */
  readonly launcher: number | undefined
}

/** Runs one command line and returns its exit code; never rejects. */
export async function runCommandLine(world: World): Promise<ExitCode> {
  const cache = cacheDirectory(world.env)
  const early = makeOutput({ ...terminals(world, 'auto'), quiet: false, verbose: false })
  let words: readonly string[] = []
  let output = early
  const flagsEnd = world.argv.indexOf('--')
  const asJson = world.argv.slice(0, flagsEnd === -1 ? undefined : flagsEnd).includes('--json')
  let trace: Trace | undefined
  let code: ExitCode
  try {
    if (world.env.HM_DEBUG === 'trace') trace = openTrace(cache)
    const resolved = resolveCommand(world.argv)
    words = resolved.words
    const parsed = parseFlags(words.join(' '), resolved.command?.spec ?? {}, resolved.rest)
    output = makeOutput({
      ...terminals(world, parsed.global.noColor === true ? 'never' : colorWhen(parsed.global.color)),
      quiet: parsed.global.quiet === true,
      verbose: parsed.global.verbose === true,
      ...(trace === undefined ? {} : { trace: trace.write }),
    })
    output.debug(`command: hm ${words.join(' ')}`)
    code = await dispatch(world, resolved, parsed, output, cache)
  } catch (error) {
    const reason = world.interrupts.signal.aborted && isEnd(error) ? world.interrupts.signal.reason : error
    code = reportFailure(reason, output, asJson, { cacheDirectory: cache, command: words.join(' ') })
  }
  output.debug(`exit ${code}`)
  if (trace !== undefined) output.warn(`trace: ${trace.file}`)
  return code
}

async function dispatch(
  world: World,
  resolved: Resolved,
  parsed: Parsed,
  output: Output,
  cache: string,
): Promise<ExitCode> {
  const { command, words } = resolved
  const { global } = parsed
  if (global.version === true) {
    const { version } = await import('./version.ts')
    await output.print(version)
    return exits.ok
  }
  if (global.help === true || command === undefined) {
    const { showHelp } = await import('./command-line/help.ts')
    return showHelp(words, output, global.json === true)
  }
  if (command.spec.runs === true) world.interrupts.startRunning()
  const context = makeContext(world, command, parsed, output, cache)
  const { handOver } = await import('./container/hand-over.ts')
  const handedOver = await handOver(command, context, {
    line: world.argv,
    workingDirectory: world.cwd(),
    isTerminal: [world.stdin, world.stdout, world.stderr].every(({ isTTY }) => isTTY === true),
    launcher: world.launcher,
  })
  if (handedOver !== undefined) return handedOver
  const handler = await handlers[command.name]()
  return handler(context)
}

/**
 * The context matches the command, because the command's own spec has parsed its flags and
 * arguments.
 */
function makeContext(world: World, command: Command, parsed: Parsed, output: Output, cache: string): never {
  const { env, stdin, interrupts } = world
  const given = parsed.global
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const global: GlobalFlags = {
    json: given.json === true,
    quiet: given.quiet === true,
    verbose: given.verbose === true,
    yes: given.yes === true,
  }
  const directory = projectDirectory(text(given.dir), world.cwd(), command.spec.here === true)
  const configDirectory = userDirectory(env)
  let config: Promise<Config> | undefined
  const readConfig = async () => {
    const { loadConfig } = await import('./config/load.ts')
    const flags = { '--org': text(given.org), '--api-url': text(given.apiUrl) }
    return loadConfig({ userDirectory: configDirectory, projectDirectory: directory, env, flags })
  }
  const loaded = () => {
    config ??= readConfig()
    return config
  }
  const credentials = async (): Promise<Credentials> => {
    const { Credentials } = await import('./config/credentials.ts')
    const apiUrlOrigin = (await loaded()).origin('cloud.api_url')
    return new Credentials({ file: join(configDirectory, 'credentials.toml'), env, apiUrlOrigin, warn: output.warn })
  }
  const context: Context = {
    flags: parsed.flags as Context['flags'],
    args: parsed.args as Context['args'],
    global,
    env,
    directory,
    stdin,
    output,
    ask: makeQuestions({ stdin, stderr: output.stderr, yes: global.yes, signal: interrupts.signal }),
    signal: interrupts.signal,
    onSecondInterrupt: interrupts.onSecondInterrupt,
    config: loaded,
    credentials,
    cacheDirectory: cache,
  }
  return context as never
}

function terminals({ stdout, stderr, env }: World, when: ColorWhen) {
  return { stdout: terminal(stdout, when, env), stderr: terminal(stderr, when, env) }
}

function colorWhen(value: unknown): ColorWhen {
  return value === 'always' || value === 'never' ? value : 'auto'
}

/** Whether an aborted command may end with this error: its abort, or a write to a closed stream. */
function isEnd(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'EPIPE'))
}
