import { execFileSync } from 'node:child_process'
import { type Attempt, toldTheSecret } from '../attempt.ts'

const falseSender = '9.8.7.6'

const connect = (address: string, port: string): string =>
  `try: print(socket.create_connection((${address}, int(os.environ["${port}"])), 1).recv(99).decode())\nexcept OSError as error: print(address, error)\n`

const reads = (name: string, python: string, stoppedBy: Attempt['stoppedBy'] = ['packet rules']): Attempt => ({
  name,
  guarantee: 'G23',
  code: { python: `address = ""\n${python}` },
  stoppedBy,
  harmed: toldTheSecret,
})

/** Attempts to reach the machine from a sandbox without a network. */
export const isolatedAttempts: readonly Attempt[] = [
  reads('a server on the machine’s loopback', connect('"127.0.0.1"', 'PORT'), ['network namespace']),
  {
    ...reads(
      'an abstract socket of the machine',
      's = socket.socket(socket.AF_UNIX)\ns.connect("\\0" + os.environ["NAME"])\nprint(s.recv(99).decode())',
      ['network namespace'],
    ),
    guarantee: 'G20',
  },
]

/** Attempts that must fail in a sandbox with the network mode `egress`. */
export const egressAttempts: readonly Attempt[] = [
  reads('the cloud’s metadata address 169.254.169.254', connect('"169.254.169.254"', 'LAN_PORT')),
  reads('a private address behind the machine', connect('os.environ["LAN"]', 'LAN_PORT')),
  reads('the same, as an IPv4-mapped address of IPv6', connect('"::ffff:" + os.environ["LAN"]', 'LAN_PORT')),
  reads(
    'the same, by a name that leads there (DNS rebinding)',
    `open("/etc/hosts", "a").write(os.environ["LAN"] + " public.example\\n")\n${connect('"public.example"', 'LAN_PORT')}`,
  ),
  reads(
    'a resolver of its own choice at a private address',
    's = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.settimeout(1)\ns.sendto(b"?", (os.environ["LAN"], 53))\nprint(s.recv(99).decode())',
  ),
  reads(
    'a server of the machine, at each of its addresses and the gateway',
    `def reach(address):\n  ${connect('address', 'PORT').trim().replace('\n', '\n  ')}
threads = [threading.Thread(target=reach, args=[a]) for a in os.environ["ADDRESSES"].split()]
[t.start() for t in threads]
[t.join() for t in threads]`,
  ),
  reads('a server in another sandbox', connect('os.environ["OTHER"]', 'OTHER_PORT')),
  reads('a private address of IPv6 (fd66:79::1)', connect('"fd66:79::1"', 'PORT'), ['no IPv6', 'packet rules']),
  {
    name: 'packets with a false sender (IP)',
    guarantee: 'G23',
    code: {
      python: `s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
sender, to = [socket.inet_aton(a) for a in ("${falseSender}", os.environ["PUBLIC"])]
header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 1, 0, 64, 17, 0, sender, to)
s.sendto(header + struct.pack("!HHHH", 7, int(os.environ["LAN_PORT"]), 8, 0), (os.environ["PUBLIC"], 0))
time.sleep(0.3)`,
    },
    stoppedBy: ['user namespace', 'reverse path filter'],
    harmed: (world) => world.lan?.hasHeardFrom(falseSender) === true,
  },
  {
    name: 'frames with a false sender (ARP)',
    guarantee: 'G23',
    code: {
      python: `s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0x806))
me = b"\\x02\\x13\\x57" + bytes(3)
gateway = socket.inet_aton(os.environ["GATEWAY"])
s.send(b"\\xff" * 6 + me + struct.pack("!HHHBBH", 0x806, 1, 0x800, 6, 4, 1) + me + socket.inet_aton("${falseSender}") + bytes(6) + gateway)
time.sleep(0.3)`,
    },
    stoppedBy: ['system call filter', 'user namespace', 'reverse path filter'],
    harmed: () => /02:13:57:00:00:00/i.test(execFileSync('ip', ['neighbour', 'show'], { encoding: 'utf8' })),
  },
  {
    name: 'another address or route of its own link',
    guarantee: 'G23',
    code: { sh: 'ip address add 10.66.79.2/24 dev eth0' },
    stoppedBy: ['user namespace', 'capabilities'],
  },
]
