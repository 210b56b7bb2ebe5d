/**
 * The two ends of a shell: they exchange data, neither floods the server, and neither outlives the
 * other.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { until } from '@harmont/test-kit/until'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { apiError } from '../../platform/http/index.ts'
import { heldBytes } from '../../testing/held-bytes.ts'
import { processHost } from './conversation.test-support.ts'
import { enterShell, protocols } from './shell-client.test-support.ts'

test('the command gets all of its input, output and standard error stay separate, and the exit code comes last', async () => {
  const { url, opened, endings } = await processHost()
  const shell = await enterShell(url, 't', { script: 'cat; echo trouble >&2; exit 7', cols: 80, rows: 24 })
  shell.send(0, 'one ')
  shell.send(2, JSON.stringify({ cols: 100, rows: 50 }))
  shell.send(0, 'two')
  shell.send(0, '')
  expect(await shell.closed).toBe(1000)
  expect(shell.said).toEqual({ 1: 'one two', 4: 'trouble\n', 3: '{"code":7}' })
  expect(opened[0]?.sizes).toEqual([{ columns: 100, rows: 50 }])
  expect(await endings[0]).toEqual({ by: 'exit', code: 7 })
})

test('a client that does not read makes the command wait, and loses nothing', async () => {
  const directory = temporaryDirectory()
  const { url } = await processHost()
  const script = `for i in $(seq 60); do head -c 1000000 /dev/zero; echo $i > ${directory}/new; mv ${directory}/new ${directory}/done; done`
  const shell = await enterShell(url, 't', null)
  const before = heldBytes()
  shell.send(2, JSON.stringify({ script }))
  await until(() => existsSync(`${directory}/done`))
  shell.socket.pause()
  // The kernel buffers this much in each direction; the rest of the 60 MB is not produced yet.
  expect(await standstill(async () => Number(await readFile(`${directory}/done`, 'utf8')))).toBeLessThan(40)
  await until(() => heldBytes() - before < 16e6)
  shell.socket.resume()
  expect(await shell.closed).toBe(1000)
  expect(shell.said[3]).toBe('{"code":0}')
  expect(shell.bytes()).toBe(60e6 + '{"code":0}'.length)
})

test('a command that does not read makes its client wait, and loses nothing', async () => {
  const directory = temporaryDirectory()
  const { url } = await processHost()
  const shell = await enterShell(url, 't', { script: `until [ -e ${directory}/go ]; do sleep 0.05; done; wc -c` })
  const piece = Buffer.alloc(50_000)
  const total = 40e6
  for (let sent = 0; sent < total; sent += piece.length) shell.send(0, piece)
  expect(await standstill(() => shell.socket.bufferedAmount)).toBeGreaterThan(total / 2)
  shell.send(0, '')
  await writeFile(`${directory}/go`, '')
  expect(await shell.closed).toBe(1000)
  expect(shell.said[1]).toBe(`${total}\n`)
})

function temporaryDirectory(): string {
  const directory = mkdtempSync('/var/tmp/harmont-burst-')
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

/**
 * Reads until two successive values are equal. If the value changed later, the test would only
 * prove less.
 */
async function standstill(read: () => Promise<number> | number): Promise<number> {
  let last = Number.NaN
  return until(
    read,
    (now) => {
      const stands = now === last
      last = now
      return stands
    },
    { restMs: 300 },
  )
}

test('a command ends when its client disconnects', async () => {
  const { url, opened, endings } = await processHost()
  const shell = await enterShell(url, 't', { script: 'echo here; sleep 1000' })
  await expect.poll(() => shell.said[1]).toBe('here\n')
  shell.socket.terminate()
  expect(await endings[0]).toEqual({ by: 'client' })
  expect(await opened[0]?.exited()).toMatchObject({ signal: 'SIGKILL' })
})

test.for([
  ['a text', 'ls\n', 1008],
  ['of no kind that clients send', Buffer.from([1, 2]), 1008],
  ['a size that is none', Buffer.from('\x02{"cols":0,"rows":1}'), 1008],
  ['longer than 64 KiB', Buffer.alloc(65_537), 1009],
] as const)('a message that is %s ends the shell, and says why', async ([, message, status]) => {
  const { url, opened } = await processHost()
  const shell = await enterShell(url, 't', { script: 'echo here; sleep 1000' })
  await expect.poll(() => shell.said[1]).toBe('here\n')
  shell.socket.send(message)
  expect(await shell.closed).toBe(status)
  if (status === 1008) expect(JSON.parse(shell.said[5] ?? '')).toMatchObject({ code: 'request_invalid' })
  expect(await opened[0]?.exited()).toMatchObject({ signal: 'SIGKILL' })
})

test('a client that sends nothing opens no shell', async () => {
  const { url, opened } = await processHost({ firstFrameMs: 100 })
  const shell = await enterShell(url, 't', null)
  expect(await shell.closed).toBe(1008)
  expect(JSON.parse(shell.said[5] ?? '')).toMatchObject({ code: 'request_timeout' })
  expect(opened).toEqual([])
})

test('a client that answers no ping is disconnected, and one that answers stays connected', async () => {
  const { url, endings } = await processHost({ silenceMs: 400 })
  const silent = new WebSocket(url, protocols('t'), { autoPong: false })
  await new Promise((resolve) => silent.on('open', resolve))
  silent.send(Buffer.from('\x02{"script":"sleep 1000"}'))
  const answering = await enterShell(url, 't', { script: 'read line; echo "$line"' })
  let pings = 0
  answering.socket.on('ping', () => pings++)
  expect(await endings[0]).toEqual({ by: 'client' })
  // Four pings fit into the permitted silence.
  await until(() => pings >= 6)
  answering.send(0, 'still here\n')
  expect(await answering.closed).toBe(1000)
  expect(answering.said[1]).toBe('still here\n')
})

test('a shell that is ended by the server reports the reason, and its command ends', async () => {
  const { url, opened, over } = await processHost()
  const shell = await enterShell(url, 't', { script: 'echo here; sleep 1000' })
  await expect.poll(() => shell.said[1]).toBe('here\n')
  over.abort(apiError('draining', 'The server is stopping.'))
  expect(await shell.closed).toBe(1001)
  expect(JSON.parse(shell.said[5] ?? '')).toEqual({ code: 'draining', message: 'The server is stopping.' })
  expect(await opened[0]?.exited()).toMatchObject({ signal: 'SIGKILL' })
})
