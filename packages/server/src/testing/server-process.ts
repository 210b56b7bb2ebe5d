/** The server as a process of its own, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessOfServer {
  readonly child: ChildProcess
  readonly url: string
  /** All that it wrote so far. */
  output(): string
}

const main = new URL('../main.ts', import.meta.url).pathname

/** Runs `main.ts` to its end. */
export async function runMain(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { child, output } = spawnMain(args, env)
  const [code] = await once(child, 'close')
  return { code: code as number | null, output: output() }
}

/** Starts it and waits until it is ready; fails with its output when it ends before that. */
export async function startMain(env: Readonly<Record<string, string>>): Promise<ProcessOfServer> {
  const { child, output } = spawnMain([], env)
  const url = `http://127.0.0.1:${env.PORT}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${output()}`)
    const answer = await fetch(`${url}/readyz`).catch(() => undefined) // it does not listen yet
    if (answer?.ok) return { child, url, output }
    await sleep(20)
  }
}

function spawnMain(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const take = (bytes: Buffer) => {
    output += bytes
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return { child, output: () => output }
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
