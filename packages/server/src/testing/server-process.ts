/** Runs the server as a separate process, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { addWitness, afterFile } from '@harmont/test-kit/file'

export interface ProcessOfServer {
  readonly child: ChildProcess
  readonly url: string
  /** Returns all output so far. */
  output(): string
}

/** Starts the built program, as users do. */
export const program = fileURLToPath(new URL('../../bin/harmont.js', import.meta.url))

/** The compile cache shared by all test servers. A new data directory would have an empty one. */
export const compiled = fileURLToPath(new URL('../../../../node_modules/.cache/harmont-test-compiled', import.meta.url))

/** Runs the program to its end. */
export async function runMain(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = spawnMain(args, env)
  const [code] = await once(child, 'close')
  return { code: code as number | null, output: output() }
}

/**
 * Starts the server and waits until it is ready. Fails with its output if it ends before that. It
 * is killed when the test file ends, if it still runs.
 */
export async function startMain(env: Readonly<Record<string, string>>): Promise<ProcessOfServer> {
  const { child, output } = spawnMain([], env)
  addWitness(output)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.stdout.on('data', () => {
    if (/^Harmont serves /m.test(output())) resolve()
  })
  child.once('close', (code) => reject(new Error(`the server ended with ${code}:\n${output()}`)))
  await promise
  return { child, url: `http://127.0.0.1:${env.PORT}`, output }
}

/** Stops the server with a signal. Returns its exit code. */
export async function stopMain({ child }: ProcessOfServer, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
  const ended = once(child, 'close')
  child.kill(signal)
  return (await ended)[0] as number | null
}

export function spawnMain(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  afterFile(() => child.kill('SIGKILL'))
  let output = ''
  const take = (bytes: Buffer) => {
    output += bytes
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return { child, output: () => output }
}
