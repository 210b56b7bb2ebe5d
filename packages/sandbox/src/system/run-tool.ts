import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Server } from 'node:net'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { ToolFailed } from './tool-failed.ts'

const KEPT_OF_STDERR = 4_000

export interface ToolOptions {
  readonly cwd?: string
  readonly stdin?: string | Buffer
  /** A lock that must outlive us as long as the tool runs. */
  readonly lockFd?: number
  /** No file that the tool writes gets larger. */
  readonly mostFileBytes?: number
  /** Runs the tool in a network namespace whose only way out is an HTTP proxy, and gives the socket where that is to be answered. */
  readonly confined?: (door: Server) => void
}

// What our umask forbids would be missing in root file systems: there, users other than root must get about. The shell counts in blocks.
const SHELL = 'umask 022; [ "$0" = - ] || ulimit -f "$0"; exec "$@"'
const SHELL_BLOCK = 512
const confinedTool = fileURLToPath(new URL('confined-tool.ts', import.meta.url))

/** Runs a program to its end and gives its standard output. Fails with `ToolFailed`, which has the last of its stderr. */
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
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${tool} started without pipes`)
  if (confined !== undefined)
    child.on('message', (_message, door) => {
      if (door instanceof Server) confined(door)
    })
  const closed = once(child, 'close')
  const output: Buffer[] = []
  let complaint = ''
  stdout.on('data', (bytes: Buffer) => output.push(bytes))
  stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString('utf8')).slice(-KEPT_OF_STDERR)
  })
  // A tool that ends without reading its input says why in its exit code.
  stdin.on('error', () => {})
  stdin.end(options.stdin)
  const [code, signal] = await closed
  if (code === 127) throw new Error(`${tool} is not installed on this machine`)
  if (code !== 0) throw new ToolFailed(`${tool} failed (${signal ?? `exit ${code}`})`, complaint.trim())
  return Buffer.concat(output)
}
