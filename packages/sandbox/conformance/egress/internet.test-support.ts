/**
 * Program: the Internet of a test, in its own network namespace: a DNS resolver, TLS servers at
 * several addresses, and other servers. Prints `ready`, then a line for each query and packet.
 * Arguments: the files of a key and a certificate.
 */
import { execFileSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import packet from 'dns-packet'
import { addresses, lan, records } from './places.ts'

const [key = '', certificate = ''] = process.argv.slice(2)
for (const line of ['link set lo up', ...[...addresses, lan].map((address) => `address add ${address}/32 dev lo`)])
  execFileSync('ip', line.split(' '))

const resolver = createSocket('udp4')
let turn = 0
resolver.on('message', (message, sender) => {
  const query = packet.decode(message)
  const [question] = query.questions ?? []
  if (question === undefined) return
  console.log(`asked ${question.name} ${question.type}`)
  const found = records[question.name] ?? []
  // A name that resolves to its two addresses in turn.
  const turned = found.length === 2 && question.name.startsWith('turning') ? [found[turn++ % 2] ?? ''] : found
  const answers = question.type === 'A' ? turned : []
  const answer = packet.encode({
    type: 'response',
    ...(query.id !== undefined && { id: query.id }),
    flags: packet.RECURSION_AVAILABLE | (found.length === 0 ? 3 : 0),
    questions: [question],
    answers: answers.map((data) => ({ type: 'A', name: question.name, ttl: 0, data })),
  })
  resolver.send(answer, sender.port, sender.address)
})
resolver.bind(53, '11.22.33.53')

const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (socket) => {
  socket.on('error', () => {})
  socket.once('data', (data) => socket.end(`${socket.localAddress} ${socket.servername} ${data}`))
})
const plain = [22, 80, 7002].map((port) =>
  createServer((socket) => {
    socket.on('error', () => {})
    socket.end(`${socket.localAddress}:${port}`)
  }).listen(port, '0.0.0.0'),
)
await Promise.all([...plain, tls.listen(443, '0.0.0.0')].map((server) => once(server, 'listening')))
for (const port of [443, 9]) createSocket('udp4', (data) => console.log(`heard ${data}`)).bind(port)
// Exits with the machine's program, also when that is killed.
process.stdin.on('end', () => process.exit()).resume()
console.log('ready')
