/**
 * Runs an engine in a separate process over a database and a directory, to be killed, for tests.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { addWitness } from '@harmont/test-kit/file'
import { until } from '@harmont/test-kit/until'
import pg from 'pg'
import { expect } from 'vitest'
import { defaultLimits } from '../core/limits.ts'
import { engineDatabase } from '../postgres/engine-database.test-support.ts'
import { PostgresStore } from '../postgres/postgres-store.ts'
import { submitCreated } from '../postgres/submit-build.test-support.ts'
import { type Bench, logOf, openDriver, settled } from './runner.test-support.ts'

const program = fileURLToPath(new URL('./engine-process.test-support.ts', import.meta.url))

export interface OutsideEngine {
  readonly directory: string
  readonly config: pg.PoolConfig
  readonly pool: pg.Pool
  readonly bench: Pick<Bench, 'store' | 'put' | 'limits'>
  /**
   * Starts an engine after the last one was killed; with `put`, it kills itself when it stores the
   * third part of artifacts. Resolves when the engine works.
   */
  start(dyingAt?: 'put'): Promise<void>
  /** Returns the id of the process. */
  pid(): number
  kill(): Promise<void>
  /**
   * Starts an engine that kills itself before it makes a sandbox, starts a command, or stores the
   * third part of artifacts. Resolves when the engine has ended.
   */
  startToDieAt(moment: 'create' | 'start' | 'put'): Promise<void>
  /** Resolves when the build's first job has written this text. */
  untilLog(id: string, words: string): Promise<void>
  /**
   * Resolves when the command of the only sandbox has ended, with or without an engine. Returns the
   * instant.
   */
  commandEnd(): Promise<Date>
  /** Destroys the engine's sandboxes and removes its directory. */
  remove(): Promise<void>
}

/** Prepares the database and directory of an engine without starting one. */
export async function makeOutsideEngine(): Promise<OutsideEngine> {
  const config = await engineDatabase()
  const directory = await mkdtemp('/var/tmp/harmont-adoption-')
  const pool = new pg.Pool(config)
  // An idle connection was cut, so the pool opens a new one.
  pool.on('error', () => undefined)
  const store = await PostgresStore.open(config)
  const bench = {
    store,
    limits: defaultLimits,
    async put(...[created, context]: Parameters<Bench['put']>) {
      await submitCreated(pool, store, created, context)
    },
  }
  let child: ChildProcess | undefined
  let said = ''
  addWitness(() => (said === '' ? '' : `The engines said:\n${said}`))

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  function spawnEngine(...rest: string[]) {
    const stdio = ['ignore', 'pipe', 'pipe'] as const
    const started = spawn(process.execPath, [program, directory, JSON.stringify(config), ...rest], {
      stdio: [...stdio],
    })
    child = started
    started.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
    return started
  }

  return {
    directory,
    config,
    pool,
    bench,
    pid: () => child?.pid ?? 0,
    kill,
    async startToDieAt(moment) {
      const started = spawnEngine(moment)
      const [, signal] = await once(started, 'exit')
      expect(signal).toBe('SIGKILL')
    },
    async start(dyingAt) {
      const started = spawnEngine(...(dyingAt === undefined ? [] : [dyingAt]))
      if (started.stdout === null) throw new Error('no stdout')
      for await (const line of createInterface(started.stdout)) if (line === 'ready') return
      throw new Error('the engine ended before it was ready')
    },
    async untilLog(id, words) {
      const { jobs } = await settled(bench, id, ({ jobs }) => jobs[0]?.state === 'running')
      await expect.poll(() => logOf(bench, jobs[0])).toContain(words)
    },
    async commandEnd() {
      const sandboxes = join(directory, 'sandboxes', 'sandboxes')
      const [id = ''] = await readdir(sandboxes)
      const exit = await until(() => stat(join(sandboxes, id, 'state', 'exit', id)).catch(absent))
      return exit?.mtime ?? new Date()
    },
    async remove() {
      await kill()
      const driver = await openDriver(directory)
      for (const handle of await driver.list()) await (await driver.adopt(handle))?.destroy()
      await driver.close()
      await store.close()
      await pool.end()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
