import { spawn } from 'node:child_process'
import { Server } from 'node:net'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { childEnd } from './processes.ts'
import { ToolFailed } from './tool-failed.ts'

export interface ToolOptions {
  readonly cwd?: string
  readonly stdin?: string | Buffer
  /**
   * A lock that the tool inherits, so that the lock is held until the tool ends, even if this
   * process ends earlier.
   */
  readonly lockFd?: number
  /** Maximum size of each file that the tool writes, in bytes. */
  readonly mostFileBytes?: number
  /**
   * Runs the tool in a network namespace whose only network access is an HTTP proxy. Called with
   * the socket that the proxy must serve.
   */
  readonly confined?: (door: Server) => void
}

// This process's umask must not restrict modes in root file systems, where other users need access.
// `ulimit -f` counts in blocks.
const SHELL = 'umask 022; [ "$0" = - ] || ulimit -f "$0"; exec "$@"'
const SHELL_BLOCK = 512
const confinedTool = fileURLToPath(new URL('confined-tool.ts', import.meta.url))

/**
 * Runs a program and returns its standard output. Rejects with `ToolFailed`, which contains the end
 * of the program's stderr.
 */
export async function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<Buffer> {
  const { cwd, lockFd, confined, mostFileBytes } = options
  const mostBlocks = mostFileBytes === undefined ? '-' : String(Math.ceil(mostFileBytes / SHELL_BLOCK))
  const inside = ['unshare', '--net', '--', process.execPath, confinedTool, lockFd === undefined ? '0' : '1']
  const command = [...(confined === undefined ? [] : inside), tool, ...args]
  const child = spawn('sh', ['-c', SHELL, mostBlocks, ...command], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, LC_ALL: 'C' },
    stdio: [
      'pipe',
      'pipe',
      'pipe',
      ...(lockFd === undefined ? [] : [lockFd]),
      ...(confined === undefined ? [] : ['ipc' as const]),
    ],
  })
  const { stdin, stdout } = child
  if (stdin === null || stdout === null) throw new Error(`${tool} started without pipes`)
  if (confined !== undefined)
    child.on('message', (_message, door) => {
      if (door instanceof Server) confined(door)
    })
  const ended = childEnd(child)
  const output: Buffer[] = []
  stdout.on('data', (bytes: Buffer) => output.push(bytes))
  // If a tool exits without reading its input, its exit code gives the reason.
  stdin.on('error', () => {})
  stdin.end(options.stdin)
  const { code, signal, complaint } = await ended
  if (code === 127) throw new Error(`${tool} is not installed on this machine`)
  if (code !== 0) throw new ToolFailed(`${tool} failed (${signal ?? `exit ${code}`})`, complaint)
  return Buffer.concat(output)
}
