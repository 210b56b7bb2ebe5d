import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { ifPresent } from '../system/files.ts'
import { helperEnvironment } from '../system/machine.ts'
import { childEnd } from '../system/processes.ts'

const pauseMs = 20
/**
 * Pause after each ms of reading, because a service may have 100,000 sockets, which the kernel
 * lists slowly.
 */
const pausePerMs = 9
/**
 * Limits the pause: after a machine has stood still for seconds, the service may have been ready
 * for a long time.
 */
const longestPauseMs = 1_000
/** The tables are read at least once in this many checks. */
const looksPerRead = 25

/**
 * Resolves once a process's network namespace has a socket that listens on the port for other
 * hosts. Each read of a table makes the kernel walk through the connections of the whole machine [1
 * ms]. The tables are therefore read only when the number of sockets has changed.
 * @param processId called at each check, because the id may not be known yet; 0 until then.
 */
export async function untilListening(processId: () => number, port: number, signal: AbortSignal): Promise<void> {
  const read = async (file: string) => (await ifPresent(readFile(`/proc/${processId()}/net/${file}`, 'latin1'))) ?? ''
  const both = (kind: string) => Promise.all([read(kind), read(`${kind}6`)])
  for (let look = 0, before = 0; ; look += 1) {
    const began = performance.now()
    // Counted before the tables are read, so that the next check notices a socket that is opened in
    // between.
    const count = (await both('sockstat')).reduce((sum, table) => sum + socketsIn(table), 0)
    const isDue = count > 0 && (count !== before || look % looksPerRead === 0)
    if (isDue && (await both('tcp')).some((table) => listens(table, port))) return
    before = count
    const wanted = Math.max(pauseMs, pausePerMs * (performance.now() - began))
    await sleep(Math.min(longestPauseMs, wanted), undefined, { signal })
  }
}

/** Returns the number of TCP sockets in a namespace's `sockstat` file. */
function socketsIn(table: string): number {
  return Number(/^TCP6?: inuse (\d+)/m.exec(table)?.[1] ?? 0)
}

const loopbacks = /(?:^|[^0-9A-F])(?:.{6}7F|0{24}01000000|0{16}FFFF0000.{6}7F)$/
const longestAddress = 32

/**
 * Returns whether a table has a socket that listens on the port for other hosts.
 * @param table of /proc/net: number, local address in hexadecimal, remote address, state.
 */
export function listens(table: string, port: number): boolean {
  const number = port.toString(16).toUpperCase().padStart(4, '0')
  // Fast in a long table, because it searches for a text that is nearly always absent.
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
