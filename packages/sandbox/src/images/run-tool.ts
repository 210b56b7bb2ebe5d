import { spawn } from 'node:child_process'
import { once } from 'node:events'

const KEPT_OF_STDERR = 4_000

export interface ToolOptions {
  readonly cwd?: string
  readonly stdin?: string | Buffer
  /** A lock that must outlive us as long as the tool runs. */
  readonly lockFd?: number
}

// What our umask forbids would be missing in root file systems: there, users other than root must get about.
const WITH_USUAL_UMASK = 'umask 022; exec "$0" "$@"'

/** Runs a program to its end and gives its standard output. Fails with its name, exit code and the last of its stderr. */
export async function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<Buffer> {
  const child = spawn('sh', ['-c', WITH_USUAL_UMASK, tool, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['pipe', 'pipe', 'pipe', ...(options.lockFd === undefined ? [] : [options.lockFd])],
  })
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null || stderr === null) throw new Error(`${tool} started without pipes`)
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
  if (code !== 0) throw new Error(`${tool} ${args[0] ?? ''}: ${signal ?? `exit ${code}`}: ${complaint.trim()}`)
  return Buffer.concat(output)
}
