import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { hmProgram } from '../test-support/run-hm.ts'

const folder = mkdtempSync('/var/tmp/hm-questions-')
afterAll(() => rmSync(folder, { recursive: true }))

/**
 * Answers the first question of `hm init` on a terminal with these keys. Returns its exit code and
 * output.
 */
async function answered(keys: string) {
  const command = `stty cols 100 && '${process.execPath}' '${hmProgram}' init --plain`
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!shown.includes('What is it?') && (shown + text).includes('What is it?')) child.stdin.end(keys)
    shown += text
  })
  await once(child, 'close')
  return { code: child.exitCode, shown }
}

test('the end of input at a question cancels like Ctrl-C, and nothing is written', async () => {
  for (const [keys, by] of [
    ['', 'the end of the input'],
    ['\x04', 'the end of the input'],
    ['\x03', 'Ctrl-C'],
  ] as const) {
    const { code, shown } = await answered(keys)
    expect(shown).toContain(`canceled by ${by}`)
    expect([by, code]).toEqual([by, 130])
  }
  expect(readdirSync(folder).filter((name) => !name.startsWith('.cache'))).toEqual([])
})

test('a question immediately after another one receives its keys', async () => {
  const file = new URL('./two-questions.test-support.ts', import.meta.url).pathname
  const child = spawn('script', ['-qefc', `stty cols 100 && '${process.execPath}' '${file}'`, '/dev/null'], {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const question of ['The first?', 'The second?'])
      if (!shown.includes(question) && (shown + text).includes(question)) child.stdin.write('\r')
    shown += text
  })
  await expect.poll(() => shown).toContain('answers: true hello')
  child.stdin.end()
  await closed
})
