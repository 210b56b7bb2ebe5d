import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { linkImages } from '@harmont/outside/shared-images'
import { until } from '@harmont/test-kit/until'
import type { RunEvent } from '../../events/run-event.ts'
import { type HmResult, hmProgram } from '../../test-support/run-hm.ts'
import { runHmHere } from '../../test-support/run-hm-here.ts'

export interface Project extends AsyncDisposable {
  readonly directory: string
  /** The cache directory of local runs. */
  readonly cache: string
  write(path: string, text: string): void
  /** Runs `hm` in this process; `start` starts a separate process. */
  hm(...args: string[]): Promise<HmResult>
  /** Runs `hm run` and reads its events from stdout. */
  run(
    ...args: string[]
  ): Promise<{ readonly code: number | null; readonly events: RunEvent[]; readonly stderr: string }>
  start(...args: string[]): Started
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  /** Resolves when the process exits, even if other processes still read its output. */
  readonly exited: Promise<number | null>
  /** Returns all output so far, of both streams. */
  text(): string
  /** Resolves when the output contains this text, `times` times. */
  wrote(text: string, times?: number): Promise<void>
}

interface ProjectOptions {
  /** Starts without the images that other tests share. */
  readonly ownImages?: boolean
  /** Additional variables for each `hm`. */
  readonly env?: Readonly<Record<string, string>>
}

/** Creates a project with one pipeline file, on a file system that supports sandboxes. */
export function makeProject(pipeline: string, { ownImages = false, env: moreEnv }: ProjectOptions = {}): Project {
  const home = mkdtempSync('/var/tmp/harmont-hm-')
  const directory = join(home, 'project')
  const cache = join(home, 'cache')
  const env = { PATH: process.env.PATH ?? '', HOME: home, HM_CACHE_DIR: cache, ...moreEnv }
  mkdirSync(join(cache, 'local'), { recursive: true })
  linkCompiled(cache)
  if (!ownImages) {
    linkImages(join(cache, 'local', 'images'))
    // Other tests share this file, so it must stay.
    writeFileSync(join(cache, 'local', 'trimmed'), '')
  }
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  write('.hm/ci.ts', pipeline)
  const started: Started[] = []
  const hm = (...args: string[]) => runHmHere(args, { cwd: directory, env })
  return {
    directory,
    cache,
    write,
    hm,
    async run(...args) {
      const { code, stdout, stderr } = await hm('run', '--format', 'json', ...args)
      const lines = stdout.split('\n').filter((line) => line !== '')
      return { code, stderr, events: lines.map((line) => JSON.parse(line) as RunEvent) }
    },
    start(...args) {
      const child = spawn(process.execPath, ['--', hmProgram, ...args], {
        cwd: directory,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let text = ''
      const add = (data: Buffer) => (text += data.toString())
      child.stdout.on('data', add)
      child.stderr.on('data', add)
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
      const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
      const begun: Started = {
        exited,
        child,
        ended,
        text: () => text,
        async wrote(wanted, times = 1) {
          const isOver = () => child.exitCode !== null || child.signalCode !== null
          await until(
            () => text,
            () => text.split(wanted).length > times || isOver(),
          )
          if (text.split(wanted).length <= times)
            throw new Error(`hm ended and had not said ${wanted}; it said ${text}`)
        },
      }
      started.push(begun)
      return begun
    },
    async [Symbol.asyncDispose]() {
      for (const { child, ended } of started) {
        // The second signal follows after the first was handled.
        for (let tries = 0; tries < 100 && child.exitCode === null && child.signalCode === null; tries++) {
          child.kill('SIGINT')
          await Promise.race([ended, sleep(200)])
        }
      }
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/**
 * Lists remains of sandboxes on this machine: processes, control groups, firewall tables, files.
 * Mounts exist only in the processes' own namespaces.
 */
export function remainsOf({ cache }: Project): string[] {
  const engines = join(cache, 'local', 'engines')
  return readdirSync(engines).flatMap((number) => {
    const root = join(engines, number)
    const tag = createHash('sha256').update(root).digest('hex').slice(0, 8)
    const groups = existsSync(join(root, 'cgroups'))
      ? (JSON.parse(readFileSync(join(root, 'cgroups'), 'utf8')) as string[])
      : []
    return [
      ...processesWith(root),
      ...groups.map((group) => join(group, `harmont-${tag}`)).filter((group) => existsSync(group)),
      ...execFileSync('nft', ['list', 'tables', 'inet'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => isOfTag(line, tag)),
      ...readFileSync('/proc/self/mountinfo', 'utf8')
        .split('\n')
        .filter((line) => line.includes(root)),
      ...readdirSync(join(root, 'sandboxes')).map((id) => `sandbox ${id}`),
      ...['in-use', 'network.json'].filter((name) => existsSync(join(root, name))).map((name) => join(root, name)),
      ...[`/dev/shm/harmont-${tag}`].filter((path) => existsSync(path)),
    ]
  })
}

/** Lists processes, except the watchdog, which exits some seconds after its last sandbox. */
function processesWith(root: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return line.includes(root) && !line.includes('watchdog') ? [`process ${pid}: ${line}`] : []
      } catch {
        return [] // It has ended.
      }
    })
}

function isOfTag(table: string, tag: string): boolean {
  const name = table.split(' ').at(-1) ?? ''
  if (!name.startsWith('harmont_')) return false
  try {
    return execFileSync('nft', ['list', 'table', 'inet', name], { encoding: 'utf8', stdio: 'pipe' }).includes(
      `"${tag}"`,
    )
  } catch {
    return false // Another test's, gone meanwhile.
  }
}

/** Returns the events of a step, by its key. */
export function eventsOf(events: readonly RunEvent[], key: string): RunEvent[] {
  const queued = events.find((event) => event.kind === 'step_queued' && event.key === key)
  const id = queued?.kind === 'step_queued' ? queued.step_id : ''
  return events.filter((event) => 'step_id' in event && event.step_id === id)
}

/** Returns the lines of a step's own output. */
export function linesOf(events: readonly RunEvent[], key: string): string[] {
  return eventsOf(events, key).flatMap((event) =>
    event.kind === 'step_log' && event.stream !== 'meta' ? event.line : [],
  )
}

/** Returns the final state of each step, by its key. */
export function statesOf(events: readonly RunEvent[]): Record<string, string> {
  const keys = events.flatMap((event) => (event.kind === 'step_queued' ? event.key : []))
  return Object.fromEntries(
    keys.map((key) => {
      const own = eventsOf(events, key)
      const end = own.findLast((event) => event.kind === 'step_end' || event.kind === 'step_skipped')
      if (own.some((event) => event.kind === 'step_cache_hit')) return [key, 'cached']
      return [key, end?.kind === 'step_end' ? end.state : end === undefined ? 'none' : 'skipped']
    }),
  )
}
