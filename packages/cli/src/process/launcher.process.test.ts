import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hmProgram } from '../test-support/run-hm.ts'

// Tests the real launcher with real signals, around a waiting program instead of the commands. The
// launcher's Node.js claims to be version 20, so that it starts the pinned one as for users of that
// version.
const olderNode = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`

let home: string
let started: ChildProcess[]

beforeEach(async () => {
  started = []
  home = await mkdtemp(join(tmpdir(), 'hm-launcher-'))
  await mkdir(join(home, 'bin'))
  await mkdir(join(home, 'lib'))
  await copyFile(hmProgram, join(home, 'bin', 'hm.js'))
  await writeFile(join(home, 'package.json'), '{"type":"module","version":"1.2.3"}')
  await symlink(fileURLToPath(new URL('../../../../node_modules', import.meta.url)), join(home, 'node_modules'))
  await writeFile(
    join(home, 'lib', 'main.js'),
    `import { watchSignals } from ${JSON.stringify(fileURLToPath(new URL('./interrupts.ts', import.meta.url)))}
    const launcher = Number(process.env.HM_LAUNCHER)
    const { signal, onSecondInterrupt } = watchSignals(launcher > 0 ? launcher : undefined)
    onSecondInterrupt(() => process.stdout.write('second\\n'))
    for (const name of ['SIGINT', 'SIGUSR2']) process.on(name, () => process.stdout.write(\`took \${name}\\n\`))
    const wait = setInterval(() => {}, 1000)
    signal.addEventListener('abort', () => {
      process.stdout.write(\`aborted \${signal.reason.exit} \${signal.reason.message}\\n\`)
      if (process.argv[2] === 'leave') { clearInterval(wait); setTimeout(() => process.exit(signal.reason.exit), 50) }
    })
    if (process.argv[2] === 'exit') process.exit(Number(process.argv[3]))
    if (process.argv[2] === 'tell') {
      const { argv, versions, env } = process
      console.log(JSON.stringify({ args: argv.slice(2), major: versions.node.split('.')[0], fromNode: env.FROM_NODE }))
      process.exit(0)
    }
    if (process.argv[2] === 'die') process.kill(process.pid, 'SIGKILL')
    process.stdout.write(\`ready \${process.pid} \${process.versions.node.split('.')[0]}\\n\`)`,
  )
})

afterEach(async () => {
  for (const child of started)
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL')
  await rm(home, { recursive: true })
})

/** Starts the launcher in its own process group, as a shell does. */
function launch(args: readonly string[], older: boolean) {
  const child = spawn(
    process.execPath,
    [...(older ? ['--import', olderNode] : []), join(home, 'bin', 'hm.js'), ...args],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH ?? '', HOME: home },
    },
  )
  started.push(child)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  const seen = async (pattern: RegExp) => {
    for (;;) {
      const match = pattern.exec(text)
      if (match !== null) return match
      await once(child.stdout, 'data')
    }
  }
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode, text }))
  return { child, pid: child.pid ?? 0, seen, ended }
}

const ways = [
  ['in the launcher’s own process', false],
  ['on the pinned Node.js', true],
] as const

test.each(ways)('%s: exits with the program’s exit code', async (_, older) => {
  expect(await launch(['exit', '7'], older).ended).toMatchObject({ code: 7 })
})

test.each(ways)('%s: dies by the signal that killed the program', async (_, older) => {
  expect(await launch(['die'], older).ended).toMatchObject({ code: null, signal: 'SIGKILL' })
})

test.each(ways)('%s: one Ctrl-C of a terminal arrives once, the second exits with 130', async (_, older) => {
  const { pid, seen, ended } = launch(['stay'], older)
  await seen(/ready/)
  process.kill(-pid, 'SIGINT')
  await seen(/aborted 130 canceled by Ctrl-C/)
  // The signal has arrived from the terminal, and from the launcher if there is one.
  await seen(/took SIGINT/)
  if (older) await seen(/took SIGUSR2/)
  process.kill(-pid, 'SIGINT')
  expect(await ended).toMatchObject({ code: 130, text: expect.stringMatching(/second\n$/) })
})

test.each(ways)('%s: after one Ctrl-C the program chooses how to end', async (_, older) => {
  const { pid, seen, ended } = launch(['leave'], older)
  await seen(/ready/)
  process.kill(-pid, 'SIGINT')
  const { code, text } = await ended
  expect(code).toBe(130)
  expect(text).not.toContain('second')
})

const alone = [
  ['SIGINT', 130, 'canceled by Ctrl-C'],
  ['SIGTERM', 143, 'ended by SIGTERM'],
  ['SIGHUP', 143, 'ended by SIGHUP'],
] as const

test.each(ways.flatMap(([way, older]) => alone.map((end) => [way, older, ...end] as const)))(
  '%s (%s): %s to the launcher alone reaches the program, exit %d',
  async (_, older, signal, code, message) => {
    const { pid, seen, ended } = launch(['leave'], older)
    await seen(/ready/)
    process.kill(pid, signal)
    expect(await ended).toMatchObject({ code, text: expect.stringContaining(message) })
  },
)

test('when the launcher is killed the program also ends', async () => {
  const { child, seen } = launch(['leave'], true)
  const [, program] = await seen(/ready (\d+)/)
  child.kill('SIGKILL')
  await seen(/aborted 143 ended by the exit of its parent process/)
  const gone = () => {
    try {
      process.kill(Number(program), 0)
      return false
    } catch {
      return true
    }
  }
  await expect.poll(gone).toBe(true)
})

test('an older Node.js starts the pinned one', async () => {
  const { seen } = launch(['stay'], true)
  const [, program, major] = await seen(/ready (\d+) (\d+)/)
  expect(major).toBe('24')
  expect(Number(program)).not.toBe(started[0]?.pid)
})

test.each(ways)('%s: --env-file is the program’s own flag, not Node’s', async (_, older) => {
  await writeFile(join(home, 'variables'), 'FROM_NODE=1\n')
  for (const file of ['variables', 'nope']) {
    // Runs the script through its shebang line, as a shell does. The older Node.js replaces the one
    // found by that line.
    const [program, ...before] = older ? [process.execPath, '--import', olderNode, '--'] : []
    const script = join(home, 'bin', 'hm.js')
    const args = [...before, ...(older ? [script] : []), 'tell', '--env-file', join(home, file)]
    const env = { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: home }
    const { stdout } = await promisify(execFile)(program ?? script, args, { env })
    expect(JSON.parse(stdout)).toEqual({ args: ['tell', '--env-file', join(home, file)], major: '24' })
  }
})

test('without the pinned Node.js it explains the fix', async () => {
  await rm(join(home, 'node_modules'))
  const child = spawn(process.execPath, ['--import', olderNode, join(home, 'bin', 'hm.js'), 'help'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  await once(child, 'close')
  expect(child.exitCode).toBe(4)
  expect(stderr).toContain('fix: npm install')
})
