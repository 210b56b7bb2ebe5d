import { spawn } from 'node:child_process'
import { once } from 'node:events'

const KEPT_OF_STDERR = 4_000

export interface ToolOptions {
  readonly cwd?: string
  readonly stdin?: string | Buffer
  /** A lock that must outlive us as long as the tool runs. */
  readonly lockFd?: number
}

/** Runs a program to its end and gives its standard output. Fails with its name, exit code and the last of its stderr. */
export async function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<Buffer> {
  const child = spawn(tool, args, {
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
  let code: number | null
  let signal: string | null
  try {
    ;[code, signal] = await closed
  } catch (cause) {
    throw new Error(
      `${tool} could not be started: is it installed? (${cause instanceof Error ? cause.message : cause})`,
      {
        cause,
      },
    )
  }
  if (code !== 0) throw new Error(`${tool} ${args[0] ?? ''}: ${signal ?? `exit ${code}`}: ${complaint.trim()}`)
  return Buffer.concat(output)
}
