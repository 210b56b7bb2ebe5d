import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { until } from '@harmont/test-kit/until'
import { expect, onTestFinished, test } from 'vitest'

/**
 * A program that logs when its terminal closes. It must end although this line, and a later one of
 * the same thread, cannot be written.
 */
const program = `
import { write, writeFileSync } from 'node:fs'
const { createLog } = await import(${JSON.stringify(new URL('./create-log.ts', import.meta.url).href)})
const log = createLog('info')
process.on('SIGHUP', () => { log.info('stopping'); write(1, 'x', () => setImmediate(() => process.exit(0))) })
setInterval(() => {}, 1000)
writeFileSync(process.argv[1], String(process.pid))
`

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a process ends after its terminal has closed, although its last lines cannot be written', async () => {
  const directory = await mkdtemp('/var/tmp/harmont-log-')
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'pid')
  const command = `exec "$NODE" --input-type=module -e "$PROGRAM" ${file}`
  const env = { PATH: process.env.PATH ?? '', NODE: process.execPath, PROGRAM: program, UV_THREADPOOL_SIZE: '1' }
  const terminal = spawn('script', ['-qefc', command, '/dev/null'], { env, stdio: ['pipe', 'ignore', 'inherit'] })
  const pid = Number(await until(() => readFile(file, 'utf8').catch(() => '')))
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')))
  terminal.kill('SIGKILL')
  await until(() => !isAlive(pid), Boolean, { timeoutMs: 60_000 })
  expect(isAlive(pid)).toBe(false)
})
