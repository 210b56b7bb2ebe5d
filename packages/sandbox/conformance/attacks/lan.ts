import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { claimAlone } from '@harmont/test-kit/claim'

const run = promisify(execFile)

/**
 * A host behind the machine, in its own network namespace. Its private addresses send a secret to
 * every client. Only one can exist on a machine.
 */
export interface Lan {
  readonly env: Readonly<Record<string, string>>
  /** Returns whether a packet from this address reached the host's public address. */
  hasHeardFrom(sender: string): boolean
  close(): Promise<void>
}

const namespace = 'harmont-attacked'
const link = 'hmattacked'
const address = '10.66.78.88'
const metadata = '169.254.169.254'
const publicAddress = '11.22.34.44'
const port = 7001

const server = `
import socket, sys, threading
def answer(s):
  while True: s.sendto(sys.argv[1].encode(), s.recvfrom(99)[1])
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("0.0.0.0", 53))
threading.Thread(target=answer, args=[names], daemon=True).start()
def listen(s):
  while True: print("from", s.recvfrom(99)[1][0], flush=True)
heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
heard.bind(("${publicAddress}", ${port}))
threading.Thread(target=listen, args=[heard], daemon=True).start()
s = socket.create_server(("0.0.0.0", ${port}))
print("ready", flush=True)
while True:
  c, _ = s.accept()
  c.sendall(sys.argv[1].encode())
  c.close()
`

export async function makeLan(secret: string): Promise<Lan> {
  const release = await claimAlone('lan')
  await removeLan()
  const ip = (line: string) => run('ip', line.split(' '))
  await ip(`netns add ${namespace}`)
  await ip(`link add ${link} type veth peer name eth0 netns ${namespace}`)
  await ip(`address add 10.66.78.1/24 dev ${link}`)
  await ip(`address add 11.22.34.1/24 dev ${link}`)
  await ip(`link set ${link} up`)
  await ip(`-n ${namespace} address add ${address}/24 dev eth0`)
  await ip(`-n ${namespace} address add ${metadata}/32 dev eth0`)
  await ip(`-n ${namespace} address add ${publicAddress}/24 dev eth0`)
  await ip(`-n ${namespace} link set eth0 up`)
  await ip(`-n ${namespace} route add default via 10.66.78.1`)
  await ip(`route add ${metadata}/32 dev ${link}`)
  const child = spawn('ip', ['netns', 'exec', namespace, 'python3', '-c', server, secret], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  let heard = ''
  child.stdout.on('data', (data: Buffer) => {
    heard += data.toString()
  })
  return {
    env: { LAN: address, LAN_PORT: String(port), PUBLIC: publicAddress },
    hasHeardFrom: (sender) => heard.includes(`from ${sender}\n`),
    async close() {
      child.kill('SIGKILL')
      await removeLan()
      release()
    },
  }
}

/** Removes the host, also if a killed test left it. */
async function removeLan(): Promise<void> {
  const { stdout } = await run('ip', ['netns', 'list'])
  if (!stdout.split('\n').some((line) => line.split(' ')[0] === namespace)) return
  // Removes the link first: the namespace disappears some time after its name.
  await run('sh', ['-c', `ip netns pids ${namespace} | xargs -r kill -9; ip link delete ${link} || true`])
  await run('ip', ['netns', 'delete', namespace])
}
