import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { readIfPresent } from '../system/files.ts'
import { helperEnvironment } from '../system/machine.ts'
import { childEnd } from '../system/processes.ts'

const pauseMs = 20

/** Resolves once a port of a process's network namespace listens for other hosts. */
export async function untilListening(pid: number, port: number, signal: AbortSignal): Promise<void> {
  while (!['tcp', 'tcp6'].some((file) => listens(readIfPresent(`/proc/${pid}/net/${file}`) ?? '', port)))
    await sleep(pauseMs, undefined, { signal })
}

const listening = '0A'
const loopbacks = /^(?:.{6}7F|0{24}01000000|0{16}FFFF0000.{6}7F)$/

/** @param table of /proc/net: number, local address in hexadecimal, remote address, state. */
export function listens(table: string, port: number): boolean {
  return table.split('\n').some((line) => {
    const [, local = '', , state] = line.trim().split(/\s+/)
    const [address = '', number = ''] = local.split(':')
    return state === listening && Number.parseInt(number, 16) === port && !loopbacks.test(address)
  })
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
