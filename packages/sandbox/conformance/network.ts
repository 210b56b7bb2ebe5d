import { execFile, spawn } from 'node:child_process'
import { on } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectionLimits } from '../src/network/connection-limits.ts'
import type { SandboxDriver } from '../src/sandbox-driver.ts'
import { aboveRuntime } from './above-runtime.ts'
import { Bench, type DriverUnderTest, firstOutput, outputUntil } from './bench.ts'
import { type Host, makeHost } from './host.ts'

const run = promisify(execFile)

/** Lists interfaces by system call, because /sys lacks them under runsc. */
const links = `python3 -c 'import socket; print(*[name for _, name in socket.if_nameindex()])'`

const connect = (host: string, port: number): string =>
  `python3 -c 'import socket; s = socket.create_connection(("${host}", ${port}), 2); print(s.recv(9).decode())' 2>&1 | tail -1`

export function networkTests(bench: () => Bench, subject: DriverUnderTest, directory: () => string): void {
  const above = aboveRuntime(subject)
  let open: SandboxDriver
  let egress: Bench
  let server: Server
  let port = 0
  let publicHost: Host
  let privateHost: Host

  beforeAll(async () => {
    server = createServer((socket) => socket.end('machine')).listen(0, '0.0.0.0')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
    // Two hosts outside the machine: one with a public address, one with a private address.
    publicHost = await makeHost('11.22')
    privateHost = await makeHost('10.66')
    open = await subject.openDriver(directory(), { egressAllow: [`${privateHost.address}:7002`] })
    egress = await Bench.open(open, subject.image, directory())
  })

  afterAll(async () => {
    await egress.destroyAll()
    await open.close()
    for (const host of [publicHost, privateHost]) await host.remove()
    server.close()
  })

  it('none has only lo', async () => {
    expect(
      await bench().print(`${links}; ${connect('127.0.0.1', port)}; ${connect(publicHost.address, 7001)}`),
    ).toMatch(/^lo\n.*refused\n.*(unreachable|No route to host)\n$/)
  })

  it('egress reaches a public address', async () => {
    expect(await egress.print(connect(publicHost.address, 7001), { network: 'egress' })).toBe('outside\n')
  })

  above('a sandbox changes no address of the machine, since browsers abort page loads at a change', async () => {
    const monitor = spawn('ip', ['-oneline', 'monitor', 'address'], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const lines = on(createInterface(monitor.stdout), 'line', { close: ['close'] })
      // Ignores changes by other programs on this machine.
      const marker = publicHost.address.replace('11.22', '198.18')
      await egress.print('true', { network: 'egress' })
      await run('ip', ['address', 'add', `${marker}/32`, 'dev', 'lo'])
      await run('ip', ['address', 'del', `${marker}/32`, 'dev', 'lo'])
      const seen: string[] = []
      for await (const [line] of lines) {
        if (String(line).includes(marker)) break
        seen.push(String(line))
      }
      expect(seen.filter((line) => / hm\d+-/.test(line))).toEqual([])
    } finally {
      monitor.kill()
    }
  })

  it('G23 egress reaches a private address only if the settings allow it, by port', async () => {
    expect(await egress.print(connect(privateHost.address, 7002), { network: 'egress' })).toBe('outside\n')
    expect(await egress.print(connect(privateHost.address, 7001), { network: 'egress' })).toMatch(
      /refused|unreachable|No route|timed out/,
    )
  })

  it('G23 egress reaches none of the machine’s addresses', async () => {
    const addresses = Object.values(networkInterfaces())
      .flat()
      .flatMap((entry) => (entry?.family === 'IPv4' ? [entry.address] : []))
    expect(addresses).toContain(publicHost.machine)
    const seen = await egress.print(
      `gateway=$(ip route show default | cut -d' ' -f3); for a in ${addresses.join(' ')} $gateway 169.254.169.254; do echo $a; python3 -c 'import socket, sys; socket.create_connection((sys.argv[1], ${port}), 1); print("REACHED")' $a 2>&1 | tail -1; done`,
      { network: 'egress' },
    )
    expect(seen).not.toContain('REACHED')
    expect(seen.split('\n').length).toBeGreaterThan(2 * addresses.length)
  })

  it('G23 egress does not reach other sandboxes', async () => {
    const other = await egress.start(
      `exec python3 -uc 'import socket, subprocess
server = socket.create_server(("0.0.0.0", 8000))
print(subprocess.getoutput("hostname -I"))
while True: server.accept()[0].sendall(b"other")'`,
      { network: 'egress' },
    )
    const address = (await firstOutput(other.running)).trim()
    expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/)
    expect(await egress.print(connect(address, 8000), { network: 'egress' })).toMatch(
      /refused|unreachable|No route|timed out/,
    )
    await other.sandbox.destroy()
  })

  it('egress has no IPv6, binds low ports, and cannot change its network', async () => {
    const seen = await egress.print(
      `cat /proc/net/if_inet6 | wc -l; python3 -c 'import socket; socket.create_server(("0.0.0.0", 80)); print("bound")'; ip addr add 10.55.0.77/24 dev eth0; ip route add default via 10.55.0.2; cat /etc/resolv.conf`,
      { network: 'egress' },
    )
    expect(seen).toContain('0\nbound\n')
    expect(seen).toContain('nameserver ')
    expect(seen.match(/not permitted|Permission denied/g)).toHaveLength(2)
  })

  it('egress resolves names if the machine does', async () => {
    const name = 'registry.npmjs.org'
    const outside = await run('getent', ['ahostsv4', name]).then(
      () => true,
      () => false,
    )
    const seen = await egress.print(`getent ahostsv4 ${name} | head -1`, { network: 'egress' })
    expect(seen !== '').toBe(outside)
  })

  it('G57 a sandbox that opens very many connections fills only its share of the machine’s table, and others can still connect', async () => {
    const ask = (count: number): string =>
      `python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(1, ${count}): s.sendto(b"x", ("${publicHost.address}", port))
print("asked", flush=True); input()'`
    const { sandbox, running } = await egress.start(ask(6_000), { network: 'egress' })
    await outputUntil(running, /asked/)
    const table = await readFile('/proc/net/nf_conntrack', 'utf8')
    const own = table
      .split('\n')
      .filter((line) => line.includes(` dst=${publicHost.address} sport=`) && / udp /.test(line))
    expect(own.length).toBeGreaterThan(100)
    expect(own.length).toBeLessThan(2 * connectionLimits(true).open)
    expect(await egress.print(connect(publicHost.address, 7001), { network: 'egress' })).toBe('outside\n')
    await sandbox.destroy()
  })

  it('host is the machine’s own network', async () => {
    expect(await egress.print(connect('127.0.0.1', port), { network: 'host' })).toBe('machine\n')
  })
}
