import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { addWitness } from '@harmont/test-kit/file'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'
import { expect, onTestFinished, test } from 'vitest'
import { runningPostmaster, stopPostmaster } from '../platform/database/embedded/postmaster.ts'
import { migratedDatabase } from '../testing/database.ts'
import { compiled, runMain } from '../testing/server-process.ts'

const repository = fileURLToPath(new URL('../../../..', import.meta.url))
/** `npm start` without its preparation, which installs system packages and builds the web app. */
const npmStart = 'npm start --ignore-scripts'

async function environment(more: Readonly<Record<string, string>>) {
  const directory = await mkdtemp('/var/tmp/harmont-stop-')
  onTestFinished(() => rm(directory, { recursive: true }))
  return {
    PATH: process.env.PATH ?? '',
    PORT: String(await reservePort()),
    HARMONT_DATA_DIR: join(directory, 'data'),
    HARMONT_DRAIN_SECONDS: '0',
    HARMONT_RUNNER: 'off',
    NODE_COMPILE_CACHE: compiled,
    ...more,
  }
}

/** Starts the server through a command that spawns other processes, and waits until it is ready. */
async function start(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(command, args, { cwd: repository, env, stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  // Ends the command with all its descendants.
  const { pid } = child
  if (pid === undefined) throw new Error(`${command} was not started`)
  onTestFinished(() => signal(-pid, 'SIGKILL'))
  let output = ''
  addWitness(() => output)
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes
  })
  await until(() => /^Harmont serves /m.test(output) || child.exitCode !== null)
  expect(child.exitCode).toBe(null)
  return { child, pid, output: () => output }
}

/** Signals a process, or a group by its negative id, unless all have ended. */
function signal(id: number, name: NodeJS.Signals): void {
  try {
    process.kill(id, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

const isServing = (port: string) =>
  fetch(`http://127.0.0.1:${port}/healthz`).then(
    () => true,
    () => false,
  )

test('SIGTERM to `npm start` stops the server cleanly, and npm waits for it', async () => {
  const env = await environment({ HARMONT_DATABASE_URL: (await migratedDatabase()).url })
  const { child, output } = await start('npm', npmStart.split(' ').slice(1), env)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(await isServing(env.PORT)).toBe(false)
  expect(output()).toContain('"msg":"stopping"')
})

test.runIf(process.getuid?.() === 0)(
  'as the first process of a container it stops at SIGTERM, and reaps orphaned processes',
  async () => {
    const env = await environment({ HARMONT_DATABASE_URL: (await migratedDatabase()).url })
    const main = join(repository, 'packages/server/bin/harmont.js')
    const alone = ['--pid', '--fork', '--mount-proc', '--kill-child', process.execPath, main]
    const { child, pid } = await start('unshare', alone, env)
    const [, first] = await treeOf(pid)
    const inside = (script: string) =>
      promisify(execFile)('nsenter', [`--target=${first}`, '--pid', 'sh', '-c', script])
    // Starts an orphan, like the monitor of a sandbox's command.
    const { stdout: orphan } = await inside('sleep 0 & echo $!')
    const isThere = () =>
      inside(`kill -0 ${orphan}`).then(
        () => true,
        () => false,
      )
    await until(isThere, (there) => !there)
    const ended = once(child, 'exit')
    process.kill(Number(first), 'SIGTERM')
    expect(await ended).toEqual([0, null])
  },
)

test('a Ctrl-C, which arrives from the terminal and from npm, counts once', async () => {
  const env = await environment({ HARMONT_DATABASE_URL: (await migratedDatabase()).url })
  const { child, output } = await start('script', ['-qefc', `exec ${npmStart}`, '/dev/null'], env)
  const ended = once(child, 'exit')
  child.stdin.write('\x03')
  expect(await ended).toEqual([0, null])
  expect(output().match(/"msg":"stopping"/g)).toHaveLength(1)
})

test('a second start explains in one sentence that the directory is in use; a closing terminal, or SIGTERM to all processes at once, stops server and database', async () => {
  const env = await environment({})
  const database = join(env.HARMONT_DATA_DIR, 'database')
  onTestFinished(() => stopPostmaster(database, 10_000))
  const { child } = await start('script', ['-qefc', `exec ${npmStart}`, '/dev/null'], env)
  const second = await runMain([], { ...env, PORT: String(await reservePort()) })
  expect(second).toEqual({
    code: 1,
    output: `HARMONT_DATA_DIR: another Harmont server is already using ${env.HARMONT_DATA_DIR}; stop it, or choose another directory.\n`,
  })
  expect(await isServing(env.PORT)).toBe(true)
  child.kill('SIGKILL')
  const isStopped = async () => (await runningPostmaster(database)) === undefined && !(await isServing(env.PORT))
  await until(isStopped)
  // systemd signals every process of a service by default, including PostgreSQL and its backends.
  const all = await start('npm', npmStart.split(' ').slice(1), env)
  const ended = once(all.child, 'exit')
  for (const pid of await treeOf(all.pid)) signal(pid, 'SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(await isStopped()).toBe(true)
})

/** Returns a process and all its descendants. */
async function treeOf(pid: number): Promise<readonly number[]> {
  // A process that has ended meanwhile has no children.
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const below = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => treeOf(Number(child))),
  )
  return [pid, ...below.flat()]
}
