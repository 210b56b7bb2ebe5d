/** A host of its own, in a network namespace, that counts what reaches it: effects that no kill of the server can undo or repeat unseen. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const namespace = 'hm-test-count'
const here = '10.213.7.1'
const there = '10.213.7.2'
const port = 8099

export interface Counter {
  readonly host: string
  readonly port: number
  /** Every token that arrived, in order. */
  tokens(): string[]
  stop(): Promise<void>
}

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' })

export async function startCounter(folder: string): Promise<Counter> {
  removeNamespace()
  ip('netns', 'add', namespace)
  ip('link', 'add', 'hmtcount0', 'type', 'veth', 'peer', 'name', 'hmtcount1', 'netns', namespace)
  ip('addr', 'add', `${here}/30`, 'dev', 'hmtcount0')
  ip('link', 'set', 'hmtcount0', 'up')
  ip('-n', namespace, 'addr', 'add', `${there}/30`, 'dev', 'hmtcount1')
  ip('-n', namespace, 'link', 'set', 'hmtcount1', 'up')
  ip('-n', namespace, 'link', 'set', 'lo', 'up')
  const file = join(folder, 'tokens')
  writeFileSync(file, '')
  const program = join(dirname(fileURLToPath(import.meta.url)), 'count-server.ts')
  const child: ChildProcess = spawn(
    'ip',
    ['netns', 'exec', namespace, process.execPath, program, there, String(port), file],
    { stdio: 'ignore' },
  )
  for (let tries = 0; ; tries += 1) {
    if ((await fetch(`http://${there}:${port}/`).catch(() => undefined))?.ok) break // not listening yet
    if (tries > 200) throw new Error('the counting server does not answer')
    await sleep(50)
  }
  return {
    host: there,
    port,
    tokens: () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    async stop() {
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await ended
      removeNamespace()
    },
  }
}

function removeNamespace(): void {
  if (execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).includes(namespace)) ip('netns', 'delete', namespace)
}
