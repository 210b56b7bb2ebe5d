import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type ConnectionLimits, takesBrief } from './connection-limits.ts'
import { takes } from './nft.ts'
import { rulesFor } from './nftables.ts'
import { parse } from './resolver.ts'
import { uplink } from './uplink.test-support.ts'

const run = promisify(execFile)

/** Opens the given number of connections at once. */
const sender = `import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(int(sys.argv[1])): s.sendto(b'x', ('1.2.3.4', port + 1))`

/** Opens a connection that is not answered. */
const knock = `import socket
s = socket.socket()
s.setblocking(False)
s.connect_ex(('1.2.3.4', 80))`

/** Keeps all connections to it open. */
const holder = `import socket
server = socket.create_server(('1.2.3.4', 80), backlog=1000)
print('ready', flush=True)
held = []
while True: held.append(server.accept())`

/** Keeps up to the given number of connections open, and prints how many were established. */
const holds = `import os, socket, sys
held = []
for n in range(int(sys.argv[1])):
  try: held.append(socket.create_connection(('1.2.3.4', 80)))
  except OSError: break
print(len(held), flush=True)
if os.fork() == 0: os.close(1); import time; time.sleep(1000)
os._exit(0)`

/** Connects to a server on a loopback port. */
const local = `import socket, sys
server = socket.create_server(('127.0.0.1', int(sys.argv[1])))
client = socket.create_connection(server.getsockname())
server.accept()[0].sendall(b'heard')
print(client.recv(9).decode())`

/**
 * A simulated machine with its own link. `sandbox N COUNT` starts a sandbox that opens COUNT
 * connections, `count` prints their number, `loopback PORT` makes one on the loopback interface,
 * and `outside` starts a server beyond the uplink.
 */
const machine = `set -e
  ${uplink}
  echo 1 >/proc/sys/net/ipv4/ip_forward
  printf '%s' "$1" | nft --file -
  sandbox() {
    unshare --net sh -c '
      ip link add eth0 type veth peer name "hmt-$1" address 02:00:00:00:00:01 netns "$2"
      ip address add "10.209.0.$1/32" dev eth0
      ip link set eth0 up
      ip neigh add 10.209.0.1 lladdr 02:00:00:00:00:01 dev eth0
      ip route add 10.209.0.1 dev eth0
      ip route add default via 10.209.0.1
      nsenter --net="/proc/$2/ns/net" sh -c "ip link set hmt-$1 up; ip route add 10.209.0.$1 dev hmt-$1"
      # Until the kernel has seen both ends up, it drops what is sent.
      until ip -oneline link show eth0 | grep -q "state UP"; do sleep 0.01; done
      exec python3 -c "$4" "$3"' sh "$1" "$$" "$2" "$sender"
  }
  count() { cat /proc/sys/net/netfilter/nf_conntrack_count; }
  loopback() { python3 -c "$local" "$1"; }
  outside() {
    unshare --net sh -c '
      nsenter --net="/proc/$1/ns/net" ip link set beyond netns $$
      ip link set lo up
      ip address add 1.2.3.4/32 dev lo
      ip address add 203.0.113.1/24 dev beyond
      ip link set beyond up
      exec python3 -c "$holder"' sh "$$"
  }
`

/** All other processes end with the first process of the namespace. */
const namespaces = ['--net', '--pid', '--fork', '--mount-proc', '--kill-child']

async function onMachine(connections: ConnectionLimits, ownPorts: readonly number[], script: string): Promise<string> {
  const rules = rulesFor({
    table: 'harmont_0',
    links: 'hmt-*',
    subnet: '10.209.0.0/22',
    gateway: '10.209.0.1',
    checked: '10.209.3.255',
    resolver: parse(''),
    exceptions: [],
    connections,
    ownPorts,
    owner: 'test',
  })
  const env = { ...process.env, sender, knock, local, holder, holds }
  const { stdout } = await run('unshare', [...namespaces, 'sh', '-c', machine + script, 'sh', rules], { env })
  return stdout
}

const endless = { open: 10_000, atOnce: 10_000, perSecond: 10_000, brief: true }

test('G57 a sandbox can open its share of connections and no more, and beside it another one can open its own', async () => {
  const script = 'sandbox 2 200; count; sandbox 3 5; sandbox 4 200; count'
  expect(await onMachine({ ...endless, open: 20 }, [], script)).toBe('20\n45\n')
  expect(await onMachine({ ...endless, brief: false }, [], script)).toBe('200\n405\n')
})

test('G57 established connections count, and an exhausted sandbox does not block connections from outside', async () => {
  const script = `
    mount -t tmpfs none /mnt
    mkfifo /mnt/ready
    outside >/mnt/ready & read ready </mnt/ready
    sender=$holds; sandbox 2 200; sandbox 3 5; count; grep -c ESTABLISHED /proc/net/nf_conntrack`
  expect(await onMachine({ ...endless, open: 20 }, [], script)).toBe('20\n5\n25\n25\n')
  expect(await onMachine(endless, [], script)).toBe('200\n5\n205\n205\n')
})

test('slows down a sandbox that opens very many connections at once', async () => {
  const seen = Number(await onMachine({ ...endless, atOnce: 30, perSecond: 1 }, [], 'sandbox 2 500; count'))
  expect(seen).toBeGreaterThanOrEqual(30)
  expect(seen).toBeLessThan(100)
})

test('an unanswered connection leaves the table after half a minute, if the kernel supports it', async () => {
  const script = 'sender=$knock; sandbox 2 1; cut -d " " -f 3-15 /proc/net/nf_conntrack'
  const secondsOf = async (brief: boolean) =>
    Number(/ (\d+) SYN_SENT/.exec(await onMachine({ ...endless, brief }, [], script))?.[1])
  expect(await secondsOf(true)).toBeLessThanOrEqual(30)
  expect(await secondsOf(false)).toBeGreaterThan(60)
  expect(await takesBrief()).toBe(true)
  expect(await takes('table inet harmont_check { no such thing }')).toBe(false)
})

test('G57 loopback connections to the machine’s own ports bypass the table, so that a full one does not block them', async () => {
  expect(await onMachine(endless, [7003], 'loopback 7003; count; loopback 7004; count')).toBe('heard\n0\nheard\n1\n')
})
