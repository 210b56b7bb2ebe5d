/**
 * Program: simulates an Internet host and a DNS resolver in a network namespace. A client of port
 * 443 receives one byte for its first message, and many for its second. Argument: the number of
 * megabytes.
 */
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { Readable } from 'node:stream'
import packet from 'dns-packet'

const address = '11.22.33.10'
const block = Buffer.alloc(2 ** 20)
const blocks = Number(process.argv[2])
execFileSync('sh', ['-c', `ip link set lo up; ip address add ${address}/32 dev lo`])

const resolver = createSocket('udp4', (message, { port, address: sender }) => {
  const { id = 0, questions = [] } = packet.decode(message)
  const answers = questions
    .filter(({ type }) => type === 'A')
    .map(({ name }) => ({ type: 'A' as const, name, ttl: 60, data: address }))
  resolver.send(
    packet.encode({ type: 'response', id, flags: packet.RECURSION_AVAILABLE, questions, answers }),
    port,
    sender,
  )
})
resolver.bind(53, address)

// Exits together with the machine, however the machine ends.
process.stdin.on('end', () => process.exit()).resume()

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.once('data', () => {
    socket.write('k')
    socket.once('data', () => Readable.from(Array.from({ length: blocks }, () => block)).pipe(socket))
  })
})
await once(server.listen(443, address), 'listening')
console.log('ready')
