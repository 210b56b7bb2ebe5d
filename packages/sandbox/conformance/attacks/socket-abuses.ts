import type { Abuse } from './abuse.ts'
import { outOfMemory } from './abuse-ends.ts'

const outOfSockets = {
  ...outOfMemory,
  stoppedBy: 'memory limit: socket buffers get at most half of it (watchdog)',
} as const

/**
 * Abuses that hold memory in sockets filled by the job itself, for a kernel with 212,992 bytes per
 * socket.
 */
export const socketAbuses: readonly Abuse[] = [
  {
    name: 'memory, in socket buffers (TCP)',
    python: `server = socket.create_server(("127.0.0.1", 0))
kept, sent = [], 0
def fill(a):
  global sent
  a.setblocking(False)
  try:
    while True: sent += a.send(bytes(65536))
  except BlockingIOError: pass
while sent < mebibytes << 20:
  a = socket.create_connection(server.getsockname())
  b = server.accept()[0]
  kept += [a, b]
  fill(a)
  fill(b)
done()`,
    size: { mebibytes: 300 },
    ...outOfSockets,
  },
  {
    name: 'memory, in socket buffers (ping)',
    python: `kept = []
for _ in range(mebibytes << 10 >> 7):
  a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
  a.connect(("127.0.0.1", 0))
  kept.append(a)
  for _ in range(4): a.send(bytes([8, 0, 0, 0, 0, 0, 0, 0]) + bytes(32000))
done()`,
    size: { mebibytes: 300 },
    ...outOfSockets,
  },
  {
    name: 'memory, in socket buffers (netlink)',
    python: `kept = []
for _ in range(mebibytes << 10 >> 7):
  a = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
  kept.append(a)
  for _ in range(4): a.send(struct.pack("=LHHLL", 32000, 9999, 5, 0, 0) + bytes(31984))
done()`,
    size: { mebibytes: 300 },
    ...outOfSockets,
  },
  {
    name: 'memory, in socket buffers (UDP)',
    python: `kept = []
def pair():
  a, b = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in "ab"]
  a.bind(("127.0.0.1", 0))
  b.connect(a.getsockname())
  kept.append(a)
  for _ in range(4): b.send(bytes(32000))
for _ in range(mebibytes << 10 >> 7): pair()
def waiting(a):
  a.setblocking(False)
  try:
    while True: yield len(a.recv(65536))
  except BlockingIOError: pass
got = sum(sum(waiting(a)) for a in kept)
done() if got > mebibytes << 19 else refused(got)`,
    size: { mebibytes: 300 },
    ...outOfSockets,
    end: 'refused',
    stoppedBy: 'memory limit: TCP and UDP buffers get at most a quarter of it',
  },
]
