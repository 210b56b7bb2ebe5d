import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { until } from '@harmont/test-kit/until'
import type { Running, Sandbox } from '../../src/sandbox-driver.ts'
import { command, finish, firstOutput } from '../bench.ts'
import { processorUse } from '../machine.ts'
import type { Abuse } from './abuse.ts'
import type { Stage } from './stage.ts'

const run = promisify(execFile)
const prelude = readFileSync(new URL('abuse.py', import.meta.url), 'utf8')

/** Takes one of each resource that the kernel counts per user. */
const ofUsers = `import ctypes, os, select
libc = ctypes.CDLL(None)
select.epoll().register(os.pipe()[0])
os.openpty()
assert libc.timer_create(0, None, ctypes.byref(ctypes.c_void_p())) == 0
name = f"/harmont-{os.getpid()}".encode()
librt = ctypes.CDLL("librt.so.1")
assert librt.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, None) >= 0
librt.mq_unlink(name)
`

/**
 * An ordinary job: computes, starts programs, writes files, watches one, and talks between its
 * processes.
 */
const neighbour = `cat >job.py <<'END'
import ctypes, hashlib, os, socket, subprocess, tempfile
size = int(os.environ["SIZE"])
for _ in range(4 * size): hashlib.sha256(bytes(1 << 20))
for i in range(6 * size): subprocess.run(["true"], check=True)
for i in range(30 * size):
  with open(f"f{i}", "w") as f: f.write("x" * 10000)
  if i % 50 == 0:
    with open(f"f{i}") as f: os.fsync(f.fileno())
libc = ctypes.CDLL(None)
assert libc.inotify_add_watch(libc.inotify_init1(0), b"/workspace", 0x100) >= 0
a, b = socket.socketpair()
socket.send_fds(a, [b"x"], [0])
assert len(socket.recv_fds(b, 1, 1)[1]) == 1
assert libc.semget(0, 1, 0o1600) >= 0
END
python3 job.py && echo passed`

/** Processors per sandbox when several abuses run at once on a busy machine. */
const gentle = 0.5

export interface Suffered {
  /**
   * For each abuse, the limit that killed it, or its last word: `refused`, or `done` if it got
   * everything.
   */
  readonly ends: readonly string[]
  /** The time from a neighbour's creation to its end, beside the abuses. */
  readonly neighbourMs: number
}

/**
 * Returns how long an ordinary job takes, with or without others beside it. Throws if the job does
 * not pass.
 */
export async function timeNeighbour(stage: Stage, full: boolean): Promise<number> {
  const started = performance.now()
  const sandbox = await stage.sandbox('none')
  const { exit, stdout, stderr } = await finish(
    await sandbox.start(command(neighbour, { env: { SIZE: full ? '10' : '1' }, deadlineMs: 120_000 })),
  )
  const took = performance.now() - started
  await sandbox.destroy()
  if (exit.code !== 0 || stdout !== 'passed\n')
    throw new Error(`the neighbour did not pass: ${JSON.stringify(exit)} ${stderr}`)
  return took
}

/**
 * Runs abuses, each in its own sandbox, beside one neighbour and a check as the machine's root.
 * Destroys the sandboxes.
 */
export async function suffer(stage: Stage, abuses: readonly Abuse[], full: boolean): Promise<Suffered> {
  const abusing = await Promise.all(
    abuses.map(async (abuse) => {
      const sandbox = await stage.sandbox('none', { cpu: abuses.length === 1 ? 2 : gentle, ...abuse.limits })
      return { abuse, sandbox, running: await start(abuse, full, sandbox) }
    }),
  )
  await Promise.all(abusing.map(({ running }) => firstOutput(running)))
  const [neighbourMs, ...ends] = await Promise.all([
    timeNeighbour(stage, full),
    ...abusing.map(({ abuse, running, sandbox }) =>
      endOf(stage, abuse, sandbox, running, abuse.end === 'memory' || abuse.end === 'disk'),
    ),
  ])
  await takeOfUsers(stage)
  await Promise.all(abusing.map(({ sandbox }) => sandbox.destroy()))
  return { ends, neighbourMs }
}

/**
 * Throws if a counter is exhausted for the machine's root or a neighbour. Call it while the abuses
 * hold their resources.
 */
async function takeOfUsers(stage: Stage): Promise<void> {
  await run('python3', ['-c', ofUsers])
  const sandbox = await stage.sandbox('none')
  const { exit, stderr } = await finish(await sandbox.start(command(`python3 - <<'END'\n${ofUsers}END`)))
  await sandbox.destroy()
  if (exit.code !== 0) throw new Error(`a neighbour does not get what is counted for users: ${stderr}`)
}

/** Returns how the abuse ends without its protection; `done` is expected. */
export async function unstopped(stage: Stage, abuse: Abuse): Promise<string> {
  const { control = {}, limits } = abuse
  const sandbox = await stage.sandbox('none', {
    cpu: gentle,
    ...limits,
    ...(typeof control === 'string' ? {} : control),
  })
  if (typeof control === 'string') await stage.takeOff(sandbox, [control])
  const running = await start(abuse, false, sandbox)
  const exited = running.exited()
  const word = await endOf(stage, abuse, sandbox, running, false)
  if (abuse.end === 'disk') await Promise.race([exited, lookAtDisk(stage, sandbox)])
  await sandbox.destroy()
  // A command killed at a limit reports that limit; the other commands were destroyed.
  return (await exited).limit ?? word
}

/** Makes the watchdog measure the sandbox's disk use early, and resolves afterwards. */
async function lookAtDisk(stage: Stage, sandbox: Sandbox): Promise<void> {
  const notes = join(stage.world.driver, 'sandboxes', sandbox.handle.id, 'state', 'measured')
  const due = '0 0 0\n'
  // A measurement that started earlier may overwrite the first result.
  for (const _ of ['first', 'second']) {
    await writeFile(notes, due)
    await until(
      () => readFile(notes, 'utf8'),
      (text) => text !== due && text.endsWith('\n'),
    )
  }
}

async function start(abuse: Abuse, full: boolean, sandbox: Sandbox): Promise<Running> {
  const size = Object.entries((full ? abuse.fullSize : undefined) ?? abuse.size)
  const values = size.map(([name, value]) => `${name} = ${value}\n`).join('')
  return sandbox.start(
    command(`python3 - <<'END'\n${prelude}\n${values}${abuse.python}\nEND`, { deadlineMs: full ? 600_000 : 90_000 }),
  )
}

async function endOf(
  stage: Stage,
  abuse: Abuse,
  sandbox: Sandbox,
  abusing: Running,
  byLimit: boolean,
): Promise<string> {
  const word = await said(abusing)
  const allowed = abuse.limits?.cpu
  if (word === 'done' && allowed !== undefined)
    return (await processorsOf(stage, sandbox)) > 1.5 * allowed ? 'done' : 'refused'
  const exited = word === undefined || byLimit ? abusing.exited() : undefined
  if (exited !== undefined && abuse.end === 'disk') await Promise.race([exited, lookAtDisk(stage, sandbox)])
  const exit = await exited
  return exit?.limit ?? word ?? `ended with ${exit?.code}`
}

/**
 * Returns how many processors a sandbox uses, by the kernel's statistics over ten more periods of
 * its limit.
 */
async function processorsOf(stage: Stage, sandbox: Sandbox): Promise<number> {
  const use = () => processorUse(stage.world.driver, sandbox.handle.id)
  const before = await use()
  const after = await until(use, ({ periodSeconds }) => periodSeconds > before.periodSeconds + 0.95)
  return (after.seconds - before.seconds) / (after.periodSeconds - before.periodSeconds)
}

/** Returns the last word of its output, `done` or `refused`; undefined if it ends without one. */
async function said(running: Running): Promise<string | undefined> {
  let line = ''
  for await (const { stream, bytes } of running.output(0)) {
    if (stream === 'stderr') continue
    const text = line + bytes.toString('latin1')
    const word = /^(done|refused)\b/m.exec(text)?.[1]
    if (word !== undefined) return word
    line = text.slice(-200)
  }
  return undefined
}
