/**
 * Test program: a machine in its own network namespace, whose name server answers first with a
 * public address and then with a private one. Pulls an image from a registry that redirects to that
 * name, and prints the addresses that were reached. Usage: `node FILE STORE allow|refuse`.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createImageStore } from './index.ts'

const [store = '', privates] = process.argv.slice(2)
const [publicAddress, name, port] = ['93.184.216.34', 'rebinding.example', 8080] as const
const seen = { asked: 0, public: 0, private: 0, refusal: '' }

/** Repeats the query, with one address if it is of type A. */
function answerTo(query: Buffer): Buffer {
  const end = query.indexOf(0, 12) + 5
  const isForAddress = query.readUInt16BE(end - 4) === 1
  const address = seen.asked === 0 ? publicAddress : '127.0.0.1'
  if (isForAddress) seen.asked += 1
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(0x8180, 2)
  for (const [offset, count] of [1, isForAddress ? 1 : 0, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * offset)
  const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]
  return Buffer.concat([head, query.subarray(12, end), Buffer.from(isForAddress ? record : [])])
}

const names = createSocket('udp4', (query, { port, address }) => names.send(answerTo(query), port, address))
names.bind(53, '127.0.0.1')
await once(names, 'listening')

async function serve(address: string, listener: RequestListener, at: number): Promise<void> {
  // Closes each connection, so that every request looks up the name again.
  const server = createServer((request, response) => listener(request, response.setHeader('connection', 'close')))
  await once(server.listen(at, address), 'listening')
}
await serve(
  publicAddress,
  (_, response) => {
    seen.public += 1
    response.writeHead(307, { location: `http://${name}:${port}/again` }).end()
  },
  port,
)
await serve(
  '127.0.0.1',
  (_, response) => {
    seen.private += 1
    response.end('{"token":"secret-of-the-machine"}')
  },
  port,
)
const registry = `${publicAddress}:5000`
await serve(
  publicAddress,
  (_, response) => {
    const challenge = `Bearer realm="http://${name}:${port}/token",service="x",scope="x"`
    response.writeHead(401, { 'www-authenticate': challenge }).end()
  },
  5000,
)

const images = createImageStore({
  directory: store,
  fallbackToHost: false,
  hostAllow: [],
  insecureRegistries: [registry],
  allowPrivateRegistries: privates === 'allow',
})
await images.resolve(`${registry}/tool:1`).catch((error: Error) => {
  seen.refusal = error.message
})
console.log(JSON.stringify(seen))
process.exit()
