import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ifPresent } from '../system/files.ts'
import { helperEnvironment } from '../system/machine.ts'
import { childEnd } from '../system/processes.ts'

const pauseMs = 20
/** A service may have 100,000 sockets, which the kernel lists slowly. */
const pausePerMs = 9

/** Resolves once a port of a process's network namespace listens for other hosts. */
export async function untilListening(pid: number, port: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const began = performance.now()
    const read = (file: string) => ifPresent(readFile(`/proc/${pid}/net/${file}`, 'latin1'))
    const tables = await Promise.all([read('tcp'), read('tcp6')])
    if (tables.some((table) => listens(table ?? '', port))) return
    await sleep(Math.max(pauseMs, pausePerMs * (performance.now() - began)), undefined, { signal })
  }
}

const loopbacks = /(?:^|[^0-9A-F])(?:.{6}7F|0{24}01000000|0{16}FFFF0000.{6}7F)$/
const longestAddress = 32

/** @param table of /proc/net: number, local address in hexadecimal, remote address, state. */
export function listens(table: string, port: number): boolean {
  const number = port.toString(16).toUpperCase().padStart(4, '0')
  // Quick in a long table: it looks for a text that is nearly always absent.
  return table
    .matchAll(new RegExp(`:${number} 0+:0000 0A `, 'g'))
    .some(({ index }) => !loopbacks.test(table.slice(Math.max(index - longestAddress - 1, 0), index)))
}

const connect = `
const { connect } = require('node:net')
const [host, port] = process.argv.slice(1)
const attempt = () => {
  const socket = connect(Number(port), host, () => process.exit(0))
  socket.setTimeout(1000, () => socket.destroy(new Error('no answer')))
  socket.on('error', () => setTimeout(attempt, 50))
}
attempt()`

/** Resolves once a port accepts a connection from the network namespace of another process. */
export async function untilConnected(from: number, host: string, port: number, signal: AbortSignal): Promise<void> {
  const args = [`--net=/proc/${from}/ns/net`, '--', process.execPath, '--eval', connect, host, String(port)]
  const child = spawn('nsenter', args, { stdio: ['ignore', 'ignore', 'pipe'], env: helperEnvironment, signal })
  const { code, complaint } = await childEnd(child)
  signal.throwIfAborted()
  if (code !== 0) throw new Error(`could not connect to the service: ${complaint}`)
}
