import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const hmProgram = fileURLToPath(new URL('../../bin/hm.js', import.meta.url))
/** Runs from sources, for tests that watch its modules. */
export const hmSources = fileURLToPath(new URL('../main.ts', import.meta.url))

export interface HmResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface HmOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Flags of Node.js. */
  readonly nodeFlags?: readonly string[]
  readonly program?: string
}

const { PATH = '', NODE_COMPILE_CACHE } = process.env

/** The environment of commands under test: the PATH, and the cache of compiled modules. */
export const programEnv: Readonly<Record<string, string>> = {
  PATH,
  ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
}

/**
 * Runs the real command with no environment other than `programEnv`; its home is its working
 * directory.
 */
export async function runHm(args: readonly string[], options: HmOptions): Promise<HmResult> {
  const { cwd, env = {}, nodeFlags = [], program = hmProgram } = options
  const child = spawn(process.execPath, [...nodeFlags, '--', program, ...args], {
    cwd,
    env: { ...programEnv, HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  await once(child, 'close')
  return { code: child.exitCode, signal: child.signalCode, stdout, stderr }
}
