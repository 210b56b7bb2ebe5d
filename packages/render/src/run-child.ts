import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import process from 'node:process'

export interface ChildCommand {
  readonly program: string
  readonly args: readonly string[]
  /** The working directory. */
  readonly project: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutSeconds: number
  readonly signal: AbortSignal | undefined
}

export type ChildEnd =
  | { readonly kind: 'missing' }
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null; readonly stderr: string }
  | { readonly kind: 'timeout' | 'output limit' }

const mostBytes = 16 * 1024 * 1024
const longestWords = 4_000
/** Time to wait for the last output if a process outside the group still holds our pipes. */
const lingerMs = 200

/**
 * Runs a program in its own process group, without input. Kills the whole group at the program's
 * end or its time limit. Passes both streams to `output` as they arrive. Rejects with the signal's
 * reason on abort.
 */
export function runChild(command: ChildCommand, output: Buffer[]): Promise<ChildEnd> {
  const { program, args, project, env, timeoutSeconds, signal } = command
  signal?.throwIfAborted()
  const [first, ...rest] = dyingWithUs(program, args)
  const child = spawn(first, rest, { cwd: project, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let bytes = 0
    let words = Buffer.alloc(0)
    let limit: 'timeout' | 'output limit' | undefined
    const stop = (why: 'timeout' | 'output limit') => {
      limit ??= why
      killGroup(child)
    }
    const timer = setTimeout(stop, timeoutSeconds * 1000, 'timeout')
    const abort = () => killGroup(child)
    signal?.addEventListener('abort', abort)
    const hear = (piece: Buffer) => {
      bytes += piece.length
      if (bytes > mostBytes) stop('output limit')
      else output.push(piece)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', (piece: Buffer) => {
      hear(piece)
      words = Buffer.concat([words, piece]).subarray(-4 * longestWords)
    })
    let linger: NodeJS.Timeout | undefined
    child.on('exit', () => {
      killGroup(child)
      linger = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, lingerMs)
    })
    const settle = () => {
      clearTimeout(timer)
      clearTimeout(linger)
      signal?.removeEventListener('abort', abort)
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle()
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve({ kind: 'missing' })
      else reject(error)
    })
    child.on('close', (code, by) => {
      settle()
      const stderr = [...words.toString().trim()].slice(-longestWords).join('')
      if (signal?.aborted) reject(signal.reason)
      else resolve(limit === undefined ? { kind: 'exit', code, signal: by, stderr } : { kind: limit })
    })
  })
}

/**
 * On Linux the kernel kills the child when `hm` is killed. A missing program then exits with 127.
 */
function dyingWithUs(program: string, args: readonly string[]): [string, ...string[]] {
  const launcher = '/usr/bin/setpriv'
  return existsSync(launcher) ? [launcher, '--pdeathsig', 'KILL', program, ...args] : [program, ...args]
}

/**
 * Reads a child's result. Returns null for a missing result and an error message for one that is
 * too large.
 */
export async function readResult(file: string): Promise<{ readonly text: string } | string | null> {
  try {
    const { size } = await stat(file)
    if (size > mostBytes) return `the pipelines are ${size} bytes, more than ${mostBytes}`
    return { text: await readFile(file, 'utf8') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
