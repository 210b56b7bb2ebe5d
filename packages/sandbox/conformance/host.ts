import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { claimNumber } from '@harmont/test-kit/claim'

const run = promisify(execFile)

/** A host outside the machine that answers `outside` at ports 7001 and 7002. */
export interface Host {
  readonly address: string
  /** The machine's own address towards the host. */
  readonly machine: string
  remove(): Promise<void>
}

const server = `
import socket, threading
def serve(s):
  while True:
    c, _ = s.accept(); c.sendall(b"outside"); c.close()
for port in [7001, 7002]: threading.Thread(target=serve, args=[socket.create_server(("0.0.0.0", port))]).start()
print("ready", flush=True)
`

/**
 * Makes a host in its own network namespace. `block` is the first half of its address. The rest of
 * the address and all names are unique on this machine.
 */
export async function makeHost(block: string): Promise<Host> {
  const { number, release } = await claimNumber('host', 1, 254)
  const [namespace, link] = [`harmont-test-${number}`, `hmtest-${number}`]
  const [machine, address] = [`${block}.${number}.1`, `${block}.${number}.44`]
  const ip = (line: string) => run('ip', line.split(' '))
  // Remains of a killed test.
  await run('sh', [
    '-c',
    `! ip netns pids ${namespace} >/dev/null 2>&1 || { ip netns pids ${namespace} | xargs -r kill -9; ip netns del ${namespace}; }
     ! ip link show ${link} >/dev/null 2>&1 || ip link del ${link}`,
  ])
  await ip(`netns add ${namespace}`)
  await ip(`link add ${link} type veth peer name eth0 netns ${namespace}`)
  await ip(`address add ${machine}/24 dev ${link}`)
  await ip(`link set ${link} up`)
  await ip(`-n ${namespace} address add ${address}/24 dev eth0`)
  await ip(`-n ${namespace} link set eth0 up`)
  const child = spawn('ip', ['netns', 'exec', namespace, 'python3', '-c', server], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return {
    address,
    machine,
    async remove() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      // The link is removed first: the namespace disappears some time after its last process and
      // its name.
      await ip(`link del ${link}`)
      await ip(`netns del ${namespace}`)
      release()
    },
  }
}
