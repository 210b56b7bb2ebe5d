/**
 * `harmont` starts the server. `harmont COMMAND` runs a command for its operator, see
 * `commands/table.ts`.
 */

import { Session } from 'node:inspector/promises'
import { enableCompileCache } from 'node:module'
import process from 'node:process'
import { enterInit, enterNamespace } from '@harmont/sandbox/privilege'
import { commands } from './commands/table.ts'
import { createLog } from './platform/create-log.ts'
import { openDataDirectory } from './platform/data-directory/open-data-directory.ts'
import { readSettings, type Settings, SettingsError } from './platform/settings/read-settings.ts'
import { onStopSignal } from './platform/stop-signals.ts'

/** The delay keeps the collection, which takes about 50 ms, from slowing the first requests. */
const collectAfterMs = 2_000

async function main(given: readonly string[]): Promise<void> {
  const { role, rest } = takeRole(given)
  const [name, ...args] = rest
  if (name === undefined || name === 'serve') {
    const settings = readSettings(role === null ? process.env : { ...process.env, HARMONT_ROLE: role })
    enterInit()
    if (runsSteps(settings)) await enterNamespace()
    return settings.role === 'runner' ? runRunner(settings) : runServer(settings)
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command !== undefined) return (await command.load())(args, process.env)
  const known = Object.entries(commands).map(([each, { usage }]) => `  ${each} ${usage}`.trimEnd())
  throw new SettingsError(
    `Unknown command \`${name}\`. Commands:\n  serve [--role all|api|scheduler|runner]\n${known.join('\n')}`,
  )
}

/** Removes a leading `--role ROLE` or `--role=ROLE` from the arguments. */
function takeRole(args: readonly string[]): { readonly role: string | null; readonly rest: readonly string[] } {
  const own = args[0] === 'serve' ? args.slice(1) : args
  const [first = '', second = ''] = own
  if (first === '--role') return { role: second, rest: own.slice(2) }
  if (first.startsWith('--role=')) return { role: first.slice('--role='.length), rest: own.slice(1) }
  return { role: null, rest: args }
}

function runsSteps({ role, runner }: Settings): boolean {
  return role === 'runner' || (role === 'all' && runner !== 'off')
}

/**
 * Runs jobs of a server on another machine, until a signal or until that server refuses this
 * runner.
 */
async function runRunner(settings: Settings): Promise<void> {
  const log = createLog(settings.logLevel)
  enableCompileCache((await openDataDirectory(settings.dataDirectory)).compiled)
  const { startRunner } = await import('./main/start-runner.ts')
  const stopping = new AbortController()
  onStopSignal((signal) => {
    log.info({ signal }, 'stopping')
    stopping.abort()
  })
  const runner = await startRunner({ settings, log, signal: stopping.signal })
  process.stdout.write(`${runner.readyLine}\n`)
  process.exit(await runner.ended)
}

async function runServer(settings: Settings): Promise<void> {
  const log = createLog(settings.logLevel)
  if (settings.unknown.length > 0)
    log.warn({ variables: settings.unknown }, 'unknown settings: see `npm start -- config`')
  enableCompileCache((await openDataDirectory(settings.dataDirectory)).compiled)
  // Loaded here, because `config` and the report of an invalid setting do not need it.
  const { serve } = await import('./main/serve.ts')
  const starting = serve({ settings, log })
  // Installed before the start ends, because the server already runs a database and answers
  // requests by then.
  onStopSignal((signal) => {
    log.info({ signal }, 'stopping')
    starting
      .then((server) => server.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      )
  })
  const server = await starting
  process.stdout.write(`${readyLine(server.url, settings)}\n`)
  if (server.setupLink !== null) process.stdout.write(`${setupLine(server.setupLink)}\n`)
  if (server.fullDisk !== null) process.stdout.write(`${fullDiskLine(server.fullDisk, settings)}\n`)
  if (server.lacking !== null) process.stdout.write(`${server.lacking}\n`)
  setTimeout(collectGarbage, collectAfterMs).unref()
}

function readyLine(url: string, { publicUrl, dataDirectory, bootstrapToken }: Settings): string {
  const key =
    bootstrapToken === null
      ? 'to get an API key, set HARMONT_BOOTSTRAP_TOKEN to 20 or more characters of your choice'
      : 'API key: the value of HARMONT_BOOTSTRAP_TOKEN'
  return `Harmont serves ${publicUrl} (listening on ${url}), data in ${dataDirectory}; ${key}.`
}

function fullDiskLine(room: string, { leastFreeBytes }: Settings): string {
  return `Builds wait until the disk of the data directory has space: ${room}, and HARMONT_LEAST_FREE_DISK requires ${leastFreeBytes / 1024 ** 2} MiB.`
}

function setupLine(link: string): string {
  return `No owner can sign in yet. Open this link within 24 hours; it works once, and \`npm start -- setup-link\` prints another: ${link}`
}

/**
 * Releases the memory used by the start. V8 collects only on allocation, so an idle server would
 * keep about 40 MiB of garbage. A smaller young generation saves less and slows a busy server down;
 * only the command line can set it (`--max-semi-space-size`).
 */
async function collectGarbage(): Promise<void> {
  const session = new Session()
  session.connect()
  await session.post('HeapProfiler.collectGarbage')
  session.disconnect()
}

/** Prints the error, without its stack if the message says what to do. */
function fail(error: unknown): never {
  const why = error instanceof SettingsError ? error.message : error instanceof Error ? error.stack : error
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

await main(process.argv.slice(2)).catch(fail)
