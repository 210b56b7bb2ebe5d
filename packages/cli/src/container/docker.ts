import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import process from 'node:process'
import { promisify } from 'node:util'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { clientLabel } from './docker-arguments.ts'

const run = promisify(execFile)

/** Throws exit 4 without `docker`, without a daemon that answers, and without the image. */
export async function requireImage(image: string): Promise<void> {
  try {
    await run('docker', ['image', 'inspect', '--format={{.Id}}', image])
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT')
      throw unavailable('steps run in a container here, and docker is not installed', 'install Docker', error)
    const said = 'stderr' in error ? String(error.stderr).trim() : error.message
    if (/no such image/i.test(said))
      throw unavailable(
        `Docker has no image ${image}`,
        `docker pull ${image}, or build it (container/README.md of @harmont/cli), or name another: hm config set sandbox.container_image NAME`,
        error,
      )
    throw unavailable(`Docker is not responding: ${said}`, 'start Docker, or set DOCKER_HOST', error)
  }
}

/**
 * Kills the containers of clients that are dead; what their steps left is removed by the next `hm`
 * inside.
 */
export async function killOrphans(isDead: (client: string) => boolean): Promise<void> {
  const format = `{{.ID}} {{.Label "${clientLabel}"}}`
  const { stdout } = await run('docker', ['ps', '--no-trunc', `--filter=label=${clientLabel}`, `--format=${format}`])
  for (const line of stdout.split('\n')) {
    const [id, client] = line.split(' ')
    if (id === undefined || client === undefined || !isDead(client)) continue
    try {
      await run('docker', ['kill', id])
    } catch (error) {
      // The container has ended meanwhile.
      if (!(error instanceof Error && 'stderr' in error && /no such container|not running/i.test(String(error.stderr))))
        throw error
    }
  }
}

interface DockerProcess {
  /** Addresses the container after its client has died. */
  readonly name: string
  readonly isTerminal: boolean
  readonly hasInput: boolean
  readonly signal: AbortSignal
  readonly onSecondInterrupt: (action: () => void) => () => void
}

/**
 * Runs `docker` and returns the exit code of the program in its container, which receives each
 * Ctrl-C and each termination once. Throws exit 4 where the container did not start.
 */
export async function runDocker(args: readonly string[], how: DockerProcess): Promise<ExitCode> {
  const { name, isTerminal, hasInput, signal } = how
  // With a terminal, Ctrl-C is a byte that the container's own terminal turns into a signal.
  // Without one, the terminal would signal the client in addition to us, so the client leaves its
  // process group.
  const child = spawn('docker', args, {
    stdio: [hasInput ? 'inherit' : 'ignore', 'inherit', 'inherit'],
    detached: !isTerminal,
  })
  const end = () => child.kill(isCancel(signal.reason) ? 'SIGINT' : 'SIGTERM')
  if (signal.aborted) end()
  signal.addEventListener('abort', end, { once: true })
  const forget = how.onSecondInterrupt(() => child.kill('SIGINT'))
  try {
    const [code, killedBy] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    if (code === null) {
      // Its reader left (SIGPIPE) or its client was killed. The container still runs and is told to
      // end.
      await run('docker', ['kill', '--signal=TERM', name])
      throw signal.aborted
        ? signal.reason
        : new HmError(exits.terminated, 'terminated', `docker was killed by ${killedBy}`)
    }
    if (code >= 125 && code <= 127)
      throw unavailable(
        'Docker did not start the container',
        "see Docker's message above; hm run --cloud does not need Docker",
      )
    // The same program runs inside, with the same exit codes.
    return code as ExitCode
  } finally {
    signal.removeEventListener('abort', end)
    forget()
  }
}

function isCancel(reason: unknown): boolean {
  return reason instanceof HmError && reason.exit === exits.canceled
}

function unavailable(message: string, fix: string, cause?: unknown): HmError {
  return new HmError(exits.unavailable, 'no_sandboxes', message, { fix, cause })
}

/** This process, for the label of its container. */
export function ownClient(): string {
  return `${process.pid}@${hostname()}`
}

/**
 * Says whether that process is known to be dead. A process of another machine that uses the same
 * Docker is not.
 */
export function isDead(client: string): boolean {
  const [, pid, host] = /^(\d+)@(.*)$/.exec(client) ?? []
  if (pid === undefined || host !== hostname()) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
