/**
 * Program: `confined-tool.ts LOCK TOOL ARGUMENT…`, started in a network namespace of its own. Runs the tool there, whose only way out is an HTTP proxy on
 * loopback. The listening socket goes to the process that started this one, which is outside and answers there. LOCK is 1 where descriptor 3 is a lock that
 * the tool is to keep.
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
