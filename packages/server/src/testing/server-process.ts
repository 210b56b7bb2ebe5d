/** The server as a process of its own, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { addWitness, afterFile } from '@harmont/test-kit/file'

export interface ProcessOfServer {
  readonly child: ChildProcess
  readonly url: string
  /** All that it wrote so far. */
  output(): string
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** Where all processes of tests keep Node's compiled form of the sources: each data directory would begin with none. */
export const compiled = fileURLToPath(new URL('../../../../node_modules/.cache/harmont-test-compiled', import.meta.url))

/** Runs `main.ts` to its end. */
export async function runMain(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = spawnMain(args, env)
  const [code] = await once(child, 'close')
  return { code: code as number | null, output: output() }
}

/** Starts it and waits until it says that it is ready; fails with its output when it ends before that. It is killed with the test file at the latest. */
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

/** Stops it by a signal. Resolves when it has ended, with its exit code. */
export async function stopMain({ child }: ProcessOfServer, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') {
  const ended = once(child, 'close')
  child.kill(signal)
  return (await ended)[0] as number | null
}

function spawnMain(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main, ...args], {
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
