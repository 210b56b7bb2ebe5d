/**
 * Program: a machine in its own network namespace, whose resolver and Internet are those of
 * internet.test-support.ts. Runs steps with egress lists, and prints their results as JSON.
 * Arguments: the directory, the runtime, and the files of a key and a certificate.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { makeHelperGroup, processesOf } from '../../src/cgroups/cgroups.ts'
import { type CgroupHome, findCgroupHome } from '../../src/cgroups/home.ts'
import type { RuntimeName } from '../../src/launch/runtimes/index.ts'
import { openLayout } from '../../src/layout/layout.ts'
import { guardPid, memoryBytes } from '../../src/network/guard/guard-process.ts'
import type { Running } from '../../src/sandbox-driver.ts'
import { Bench, command, outputUntil } from '../bench.ts'
import { outputOf, patient, printed, service, withServices } from '../services.ts'
import { openDriver } from '../test-driver.ts'
import { excepted, hosts, passing, refusals, script, unstoppable } from './places.ts'
import { connectTo } from './uplink.ts'

const [directory = '', runtime = 'crun', key = '', certificate = ''] = process.argv.slice(2)

const internet = spawn(
  'unshare',
  ['--net', process.execPath, fileURLToPath(new URL('internet.test-support.ts', import.meta.url)), key, certificate],
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
const heard: string[] = []
const { promise: ready, resolve } = Promise.withResolvers<void>()
createInterface(internet.stdout).on('line', (line) => (line === 'ready' ? resolve() : heard.push(line)))
await ready
await connectTo(internet.pid ?? 0)

// The guard runs as another user, who must be able to read the driver's files.
process.umask(0o077)
const layout = openLayout(directory)
const home = findCgroupHome()
if (home === undefined) throw new Error('expected a machine with control groups')
const groupName = `harmont-${layout.tag}-guard`
const group = join(home.memory, groupName)
const options = { egressAllow: [excepted], runtime: runtime as RuntimeName }
const driver = await openDriver(directory, options)
const bench = await Bench.open(driver, 'host', directory)
const isQuiet = guardPid(layout.guard) === undefined
const bound = { network: 'egress', egress: { hosts } } as const

const tried = await bench.run(script([...passing, ...refusals, ...unstoppable]), bound)
const names = await tried.sandbox.egressNames()
await tried.sandbox.destroy()

const observed = await bench.run('getent ahostsv4 evil.example; getent ahostsv4 nowhere.example', {
  network: 'egress',
  egress: { hosts: null },
})
const observedNames = await observed.sandbox.egressNames()
await observed.sandbox.destroy()

// Run for one runtime only, because the result does not depend on it.
const beside = runtime === 'crun' ? await besideGreedy() : null

// Services may reach the same hosts as their step.
const image = await driver.resolveImage('host')
const asks = [...passing.slice(2, 3), ...refusals.slice(0, 1)]
const serving = service(image, 'db', `${script(asks)}; echo over; exec sleep 60`, {
  egress: true,
  ready: printed('over'),
})
const served = await withServices(driver, image, [serving], 'egress', bound.egress)
await served.startServices(patient)
const ofService = await outputOf(served.services[0])
const servedNames = await served.egressNames()
await served.destroy()

// A step connects repeatedly and prints each change.
const watch = `exec python3 -uc 'import socket, time
def works():
  try:
    socket.create_connection(("11.22.33.10", 443), 1).close()
    return True
  except OSError: return False
seen = None
while True:
  now = works()
  if now != seen: print("open" if now else "closed")
  seen = now
  time.sleep(0.02)'`
const sandbox = await bench.create(bound)
const running = await sandbox.start(command(watch))
const changes = linesOf(running)
const next = async (): Promise<string> => String((await changes.next()).value)
const first = await next()
const killed = guardPid(layout.guard)
if (killed !== undefined) process.kill(killed, 'SIGKILL')
const whileKilled = await next()
const afterwards = await next()
const replaced = guardPid(layout.guard)
// Run for one runtime only, because the result does not depend on it.
const starved = runtime === 'crun' ? await starve(replaced ?? 0, home) : null
const last = guardPid(layout.guard)

// The driver closes and another one takes over; the step and its guard keep running.
await driver.close()
const later = await openDriver(directory, options)
const isFound = guardPid(layout.guard) === last && last !== undefined
const adopted = await later.adopt(sandbox.handle)
const fresh = await (await Bench.open(later, 'host', directory)).run(
  `python3 -c 'import socket; print(socket.create_connection(("git.example", 22), 3).recv(99).decode())'`,
  bound,
)
await fresh.sandbox.destroy()
await adopted?.destroy()
await later.close()

console.log(
  JSON.stringify({
    isQuiet,
    stdout: tried.stdout,
    stderr: tried.stderr,
    heard,
    names,
    observed: { stdout: observed.stdout, names: observedNames },
    beside,
    served: { stdout: ofService, names: servedNames },
    kill: { first, whileKilled, afterwards, isReplaced: replaced !== undefined && replaced !== killed },
    starved,
    later: { isFound, stdout: fresh.stdout, stderr: fresh.stderr },
    left: guardPid(layout.guard) ?? null,
    hasGroup: existsSync(group),
  }),
)
internet.kill('SIGKILL')
process.exit()

/**
 * Returns the output of a step while another step opens as many connections as it can and sends
 * nothing on them.
 */
async function besideGreedy(): Promise<string> {
  const greedy = await bench.start(
    `exec python3 -uc 'import select, socket, time
held = [socket.socket() for _ in range(560)]
poll = select.poll()
for s in held:
  s.setblocking(False)
  s.connect_ex(("11.22.33.10", 443))
  poll.register(s, select.POLLIN)
gone = set()
while len(gone) < 48:
  for descriptor, _ in poll.poll():
    gone.add(descriptor)
    poll.unregister(descriptor)
print("refused", flush=True)
time.sleep(60)'`,
    bound,
  )
  await outputUntil(greedy.running, /refused/)
  const beside = await bench.print(script(passing.slice(0, 1)), bound)
  await greedy.sandbox.destroy()
  return beside
}

/**
 * Leaves the guard little memory, and lets another step exhaust it. Returns what the first step
 * observes meanwhile, and whether the guard's limit is the full one again.
 */
async function starve(guard: number, groups: CgroupHome) {
  if (!(await processesOf(group)).includes(guard)) return 'the guard is not in its group'
  const used = Number(/^RssAnon:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${guard}/status`, 'latin1'))?.[1]) * 1024
  await makeHelperGroup(groups, groupName, used + 8 * 2 ** 20)
  const hungry = await bench.start(
    `exec python3 -uc 'import socket, time
held = [socket.create_connection(("11.22.33.10", 443)) for _ in range(500)]
for s in held: s.sendall(b"\\x16\\x03\\x01\\x7f\\x00\\x01\\x00\\x7e\\xf0" + bytes(30000))
time.sleep(60)'`,
    bound,
  )
  const seen = [await next(), await next()]
  await hungry.sandbox.destroy()
  const file = groups.flavour === 'v2' ? 'memory.max' : 'memory.limit_in_bytes'
  return { seen, isWhole: Number(readFileSync(join(group, file), 'latin1')) === memoryBytes }
}

/** Streams the output of a command by lines. */
async function* linesOf(command: Running): AsyncGenerator<string> {
  let rest = ''
  for await (const { bytes } of command.output(0)) {
    const lines = (rest + bytes.toString()).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}
