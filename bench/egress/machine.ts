/**
 * Program: runs a machine in its own network namespace, with internet.ts as its Internet. A step
 * connects to the host many times, then reads many bytes, once without an egress list and once with
 * one. Prints both measurements as JSON. Argument: a directory.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createImageStore, createOciDriver, type SandboxSpec } from '@harmont/sandbox'
import { connectTo } from '../../packages/sandbox/conformance/egress/uplink.ts'

const [directory = ''] = process.argv.slice(2)
const connections = 300
const megabytes = 1_000

const internet = spawn(
  'unshare',
  ['--net', process.execPath, fileURLToPath(new URL('internet.ts', import.meta.url)), String(megabytes)],
  { stdio: ['pipe', 'pipe', 'inherit'] },
)
await once(internet.stdout, 'data')
await connectTo(internet.pid ?? 0)

const client = `exec python3 -c 'import json, socket, ssl, time
bio = ssl.MemoryBIO()
tls = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), bio, server_hostname="bulk.example")
try: tls.do_handshake()
except ssl.SSLWantReadError: hello = bio.read()
def opened():
  s = socket.create_connection(("bulk.example", 443))
  s.sendall(hello)
  s.recv(1)
  return s
times = []
for _ in range(${connections}):
  began = time.perf_counter()
  opened().close()
  times.append(1000 * (time.perf_counter() - began))
s = opened()
began = time.perf_counter()
s.sendall(b"go")
got = 0
while True:
  more = len(s.recv(2 ** 20))
  if more == 0: break
  got += more
print(json.dumps([sorted(times)[len(times) // 2], got / 2 ** 20 / (time.perf_counter() - began)]))'`

const images = createImageStore({ directory: `${directory}/images`, fallbackToHost: false, hostAllow: [] })
const driver = await createOciDriver({
  directory: `${directory}/driver`,
  images,
  network: ['egress'],
  egressAllow: [],
  runtime: 'crun',
})
const limits = { cpu: 2, memoryBytes: 2 ** 30, diskBytes: 2 ** 30, pids: 512 }
const base = { image: await driver.resolveImage('host') }

async function measured(id: string, more: Pick<SandboxSpec, 'egress'>): Promise<readonly [ms: number, rate: number]> {
  const sandbox = await driver.create({ id, label: {}, base, limits, network: 'egress', ...more })
  const deadline = new Date(Date.now() + 600_000)
  const env = { PATH: '/usr/bin:/bin' }
  const running = await sandbox.start({ script: client, env, workingDirectory: '/', deadline })
  const said = await text(piecesOf(running.output(0)))
  await sandbox.destroy()
  return JSON.parse(said)
}

async function* piecesOf(output: AsyncIterable<{ readonly bytes: Buffer }>): AsyncIterable<Buffer> {
  for await (const { bytes } of output) yield bytes
}

const open = await measured('open', {})
const bound = await measured('bound', { egress: { hosts: [{ name: 'bulk.example', below: false, port: 443 }] } })
await driver.close()
console.log(JSON.stringify({ open, bound }))
process.exit()
