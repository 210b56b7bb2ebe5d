import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import process from 'node:process'
import { promisify } from 'node:util'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { clientLabel } from './docker-arguments.ts'

const run = promisify(execFile)

/** Throws exit 4 without `docker`, a responding daemon, or the image. */
export async function requireImage(image: string): Promise<void> {
  try {
    await run('docker', ['image', 'inspect', '--format={{.Id}}', image])
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    if (error.code === 'ENOENT')
      throw unavailable('steps on this machine need a container, and docker is not installed', 'install Docker', error)
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
 * Kills the containers of dead clients; the next `hm` in a container removes the remains of their
 * steps.
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
      // The container has ended in the meantime.
      if (!(error instanceof Error && 'stderr' in error && /no such container|not running/i.test(String(error.stderr))))
        throw error
    }
  }
}

interface DockerProcess {
  /** Identifies the container after its client has died. */
  readonly name: string
  readonly isTerminal: boolean
  readonly hasInput: boolean
  readonly signal: AbortSignal
  readonly onSecondInterrupt: (action: () => void) => () => void
}

/**
 * Runs `docker` and returns the exit code of the program in its container. Forwards each Ctrl-C and
 * each termination to that program once. Throws exit 4 if the container did not start.
 */
export async function runDocker(args: readonly string[], how: DockerProcess): Promise<ExitCode> {
  const { name, isTerminal, hasInput, signal } = how
  // With a terminal, the container's own terminal turns the byte of Ctrl-C into a signal. Without
  // one, the outer terminal would signal both the client and this process, so the client gets its
  // own process group.
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
      // The reader of its output has gone (SIGPIPE), or its client was killed. The container still
      // runs and must be told to end.
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
    // The program inside is also `hm`, with the same exit codes.
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

/** Identifies this process in the label of its container. */
export function ownClient(): string {
  return `${process.pid}@${hostname()}`
}

/**
 * Whether that process is known to be dead. Returns false for a process on another machine that
 * uses the same Docker.
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
