/**
 * Tests the first program of the image, which keeps a container, and thus the commands of steps,
 * alive when the runner dies.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { until } from '@harmont/test-kit/until'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { deployFolder } from './deploy-files.ts'

let folder: string
let loop: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harmont-supervise-'))
})
afterEach(() => {
  loop?.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/**
 * Starts the loop around a program `harmont` that runs `trap`, writes its process id and runs
 * `script`.
 */
function supervise(script: string, trap = '') {
  const pids = join(folder, 'pids')
  const lines = ['#!/bin/sh', trap, `echo $$ "$@" >>${pids}`, script, '']
  writeFileSync(join(folder, 'harmont'), lines.join('\n'), { mode: 0o755 })
  const child = spawn(join(deployFolder, 'image/supervise.sh'), ['--role', 'runner'], {
    stdio: 'ignore',
    env: { PATH: `${folder}:${process.env.PATH}` },
  })
  loop = child
  const starts = () => (existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n') : [])
  return {
    starts,
    ended: once(child, 'exit').then(() => child.exitCode),
    stop: () => child.kill('SIGTERM'),
    /** Resolves with the process id of the nth start. */
    nth: async (n: number) => Number((await until(starts, ({ length }) => length >= n))[n - 1]?.split(' ')[0]),
  }
}

test('a killed program is started again, and a stopped program is not', async () => {
  const { nth, starts, stop, ended } = supervise('while :; do sleep 0.05; done', 'trap "exit 0" TERM')
  process.kill(await nth(1), 'SIGKILL')
  await nth(2)
  expect(starts().map((line) => line.replace(/^\d+ /, ''))).toEqual(['--role runner', '--role runner'])
  stop()
  expect(await ended).toBe(0)
  expect(starts()).toHaveLength(2)
})

test.for([0, 1, 75])('a program that exits with %i at its start ends the container with this code', async (code) => {
  const { ended, starts } = supervise(`exit ${code}`)
  expect(await ended).toBe(code)
  expect(starts()).toHaveLength(1)
})

test('a signal reaches the program once, and the container waits for the program’s end', async () => {
  const [said, go] = [join(folder, 'said'), join(folder, 'go')]
  const { nth, stop, ended } = supervise(
    `until [ -e ${go} ]; do sleep 0.05; done; exit 7`,
    `trap "echo asked >>${said}" TERM`,
  )
  await nth(1)
  stop()
  await until(() => existsSync(said))
  writeFileSync(go, '')
  expect(await ended).toBe(7)
  expect(readFileSync(said, 'utf8')).toBe('asked\n')
})
