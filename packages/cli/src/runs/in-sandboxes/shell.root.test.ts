import { execFile } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hmProgram } from '../../test-support/run-hm.ts'
import { makeProject, type Project, remainsOf } from './project.test-support.ts'

const run = promisify(execFile)
const onTerminal = fileURLToPath(new URL('on-terminal.py', import.meta.url))

let project: Project
beforeAll(async () => {
  project = makeProject(`
import { pipeline, scratch } from '@harmont/hm'
const base = scratch({ image: 'host' }).sh('echo base > base.txt', { key: 'base' })
export default { slug: 'ci', pipeline: pipeline([
  base.sh('echo made > made-by-step; exit 7', { key: 'breaks', env: { LEVEL: 'step' }, secrets: ['TOKEN'] }),
  base.sh('true', { key: 'leaf' }),
]) }`)
  project.write('a.txt', 'one\n')
  project.write('.hm/secrets.env', 'TOKEN=tell-nobody\n')
  expect((await project.run('-k', '-e', 'WHERE=here')).code).toBe(1)
})
afterAll(() => project[Symbol.asyncDispose]())

/** Waits, because the watchdog and the removal take a moment. */
const nothingLeft = () => expect.poll(() => remainsOf(project)).toEqual([])

type Act = { see: string } | { type: string } | { resize: [rows: number, columns: number] } | { signal: number }

interface Shown {
  readonly shown: string
  readonly code: number
  readonly restored: boolean
  readonly problem: string | null
}

async function terminal(acts: readonly Act[], ...args: string[]): Promise<Shown> {
  return onItsTerminal(acts, 'shell', ...args)
}

async function onItsTerminal(acts: readonly Act[], ...args: string[]): Promise<Shown> {
  const command = [process.execPath, '--', hmProgram, ...args]
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: dirname(project.directory),
    HM_CACHE_DIR: project.cache,
    TERM: 'xterm',
  }
  const { stdout } = await run('python3', [onTerminal, JSON.stringify(acts), ...command], {
    cwd: project.directory,
    env,
  })
  const shown = JSON.parse(stdout) as Shown
  if (shown.problem !== null) throw new Error(`${shown.problem}: ${shown.shown}`)
  return shown
}

test('runs a command in the files of the first failed step, with the settings of that step, and returns its exit code', async () => {
  const look =
    'cat made-by-step base.txt a.txt; pwd; echo $LEVEL $WHERE $TOKEN $HARMONT_STEP_KEY; echo wrong >&2; exit 9'
  const { code, stdout, stderr } = await project.hm('shell', '--cmd', look)
  expect([code, stdout]).toEqual([9, 'made\nbase\none\n/workspace\nstep here tell-nobody breaks\n'])
  expect(stderr).toMatch(
    /^This is the file system that step breaks of run 1 left \(failed with exit code 7\), kept until .*\nwrong\n$/,
  )
  await project.hm('exec', '-b', '1', 'breaks', 'rm', '-v', 'made-by-step')
  expect((await project.hm('exec', 'breaks', 'sh', '-c', "printf '%s\\n' a\\ b *made* | sort")).stdout).toBe(
    'a b\nmade-by-step\n',
  )
  expect(await project.hm('shell', '1', 'breaks', '-q', '--cmd', 'ls')).toMatchObject({
    stdout: 'a.txt\nbase.txt\nmade-by-step\n',
    stderr: '',
  })
  await nothingLeft()
})

test('--before opens the files that a step started from: its parent’s files, or the image, with the source', async () => {
  expect((await project.hm('shell', '--before', '--cmd', 'ls')).stdout).toBe('a.txt\nbase.txt\n')
  expect((await project.hm('shell', 'base', '--before', '--cmd', 'ls')).stdout).toBe('a.txt\n')
  expect((await project.hm('shell', 'base', '--cmd', 'ls')).stdout).toBe('a.txt\nbase.txt\n')
})

test('explains why a step has no shell', async () => {
  const refused = async (...args: string[]) => {
    const { code, stderr } = await project.hm('shell', ...args)
    return `${code} ${stderr}`
  }
  expect(await refused('none')).toMatch(/^5 .*no step none\n.*base, breaks, leaf/)
  expect(await refused('7')).toMatch(/^5 .*no run 7/)
  expect(await refused('leaf')).toMatch(/^5 .*snapshot_gone.*\n.*hm shell 1 leaf --before/)
})

test('on a terminal: runs the typed lines, follows the size, sends Ctrl-C to the program, and restores the terminal', async () => {
  const { shown, code, restored } = await terminal([
    { see: 'This is the file system that step breaks' },
    { type: 'stty size; cat made-by-step; echo $TERM\r' },
    { see: '30 100' },
    { see: 'made' },
    { see: 'xterm-256color' },
    { resize: [41, 77] },
    // The typed line does not contain the words that the test waits for.
    { type: 'until stty size | grep -q "1 7"7; do sleep 0.1; done; stty size\r' },
    { see: '41 77' },
    // The shell hands over the terminal only after the program has started, which is later than the
    // echo of the typed line.
    { type: 'sh -c \'echo be""gun; exec sleep 1000\'\r' },
    { see: 'begun' },
    { type: '\u0003' },
    { see: '^C' },
    { type: 'echo "st"ill; exit 5\r' },
    { see: 'still' },
  ])
  expect([code, restored]).toEqual([5, true])
  expect(shown).not.toContain('canceled')
  await nothingLeft()
})

test('a shell ended by a signal restores the terminal and leaves nothing; the next hm cleans up after a killed one', async () => {
  const begun = [{ see: 'This is the file system' }, { type: 'echo "u"p; sleep 1000\r' }, { see: 'up\r' }]
  const ended = await terminal([...begun, { signal: constants.signals.SIGTERM }])
  expect([ended.code, ended.restored]).toEqual([143, true])
  await nothingLeft()
  const shells = () => readdirSync(join(project.cache, 'local', 'engines', '1', 'sandboxes'))
  const killed = project.start('shell', '--cmd', 'echo begun; sleep 1000')
  await killed.wrote('begun')
  expect(shells()).toEqual([expect.stringMatching(/^shell-/)])
  killed.child.kill('SIGKILL')
  await killed.ended
  expect((await project.hm('shell', '--cmd', 'true')).code).toBe(0)
  await nothingLeft()
})

test('Ctrl-C ends a command, and so does a closed output', async () => {
  const command = project.start('shell', '--cmd', 'echo begun; sleep 1000')
  await command.wrote('begun')
  command.child.kill('SIGINT')
  expect(await command.ended).toBe(130)
  const unread = project.start('shell', '-q', '--cmd', 'while :; do echo on; sleep 0.1; done')
  await unread.wrote('on')
  unread.child.stdout?.destroy()
  expect(await unread.ended).toBe(143)
  await nothingLeft()
})

test('a missing snapshot exits 5 with a suggestion', async () => {
  const snapshots = join(project.cache, 'local', 'snapshots')
  for (const name of readdirSync(snapshots)) rmSync(join(snapshots, name), { recursive: true })
  expect(await project.hm('shell', '--cmd', 'true')).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/error\[snapshot_gone\].*\n.*hm retry 1/),
  })
})

test('--shell-on-failure opens a shell after the run and keeps the run’s exit code', async () => {
  const acts = [
    { see: 'This is the file system that step breaks' },
    { type: 'cat made-by-step; exit 3\n' },
    { see: 'made' },
  ]
  const { code, restored } = await onItsTerminal(acts, 'run', '--logs', '--shell-on-failure')
  expect([code, restored]).toEqual([1, true])
  await nothingLeft()
})
