/**
 * Program: `confined-tool.ts LOCK TOOL ARGUMENT…`, started in a new network namespace. Runs the
 * tool with an HTTP proxy on loopback as its only network access. Sends the listening socket to its
 * parent, which is outside the namespace and serves it. LOCK is 1 if descriptor 3 is a lock that
 * the tool inherits.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import process from 'node:process'

const [lock, tool = '', ...args] = process.argv.slice(2)
execFileSync('ip', ['link', 'set', 'lo', 'up'])
const door = createServer().listen(0, '127.0.0.1')
await once(door, 'listening')
const proxy = `http://127.0.0.1:${(door.address() as AddressInfo).port}`
await new Promise<void>((resolve, reject) => {
  process.send?.('door', door, {}, (error) => (error === null ? resolve() : reject(error)))
})
door.close()
process.disconnect()

const inherited = Object.entries(process.env).filter(([name]) => !/^(no|all|https?)_proxy$|^NODE_CHANNEL_/i.test(name))
const child = spawn(tool, args, {
  env: { ...Object.fromEntries(inherited), HTTP_PROXY: proxy, HTTPS_PROXY: proxy },
  stdio: ['inherit', 'inherit', 'inherit', ...(lock === '1' ? [3] : [])],
})
child.once('error', (error) => {
  console.error(`${tool}: ${error.message}`)
  process.exitCode = 'code' in error && error.code === 'ENOENT' ? 127 : 126
})
child.once('exit', (code, signal) => {
  if (signal !== null) process.kill(process.pid, signal)
  process.exitCode = code ?? 1
})
