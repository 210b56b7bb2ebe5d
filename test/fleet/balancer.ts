/**
 * Runs haproxy in front of a fleet, on its own host: TLS and optional delays for runners, and doors
 * between the fleet's network and this process, which are sockets in a folder.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type NetConnectOpts, type Server } from 'node:net'
import { join } from 'node:path'
import { until } from '@harmont/test-kit/until'
import type { Host } from './network.ts'

export interface Balancer {
  /** URL of the API for runners. */
  readonly url: string
  /** Path of the certificate that runners trust. */
  readonly certificate: string
  /** URL of the API for this process, on a loopback port. */
  readonly localUrl: string
  /** Address at which sandboxes reach `effectsSocket`. */
  readonly effectsAddress: string
  readonly effectsSocket: string
  /** Delays every later request of a host; 0 ends the delay. */
  delay(host: Host, milliseconds: number): Promise<void>
  stop(): void
}

export interface Behind {
  /** Addresses of the API processes. */
  readonly apis: readonly string[]
  /** Additional configuration of haproxy. */
  readonly more?: string
  /** Ports of the balancer's host that lead to loopback ports. */
  readonly doors?: readonly Door[]
}

export interface Door {
  readonly port: number
  readonly to: number
}

export async function startBalancer(
  host: Host,
  folder: string,
  { apis, more = '', doors = [] }: Behind,
): Promise<Balancer> {
  const at = (name: string) => join(folder, name)
  makeCertificate(host.address, at('edge.key'), at('edge.crt'))
  writeFileSync(at('edge.pem'), readFileSync(at('edge.crt'), 'utf8') + readFileSync(at('edge.key'), 'utf8'))
  writeFileSync(at('delays.map'), '')
  writeFileSync(at('delay.lua'), delay)
  writeFileSync(at('haproxy.cfg'), configuration({ folder, host, apis, more, doors }))
  const haproxy = host.spawn('haproxy', ['-db', '-f', at('haproxy.cfg')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  haproxy.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text))
  await until(async () => {
    if (haproxy.exitCode !== null) throw new Error(`haproxy ended:\n${said}`)
    return ask(at('control'), 'show info').then(
      () => true,
      () => false, // not listening yet
    )
  })
  const people = await relay({ path: at('people') })
  const relays = [people]
  for (const { port, to } of doors)
    relays.push(await relay({ host: '127.0.0.1', port: to }, { path: at(`door-${port}`) }))
  return {
    url: `https://${host.address}`,
    certificate: at('edge.crt'),
    localUrl: `http://127.0.0.1:${people.port}`,
    effectsAddress: `${host.address}:80`,
    effectsSocket: at('effects'),
    delay: async ({ address }, milliseconds) => {
      const map = at('delays.map')
      const verb = milliseconds === 0 ? `del map ${map} ${address}` : `add map ${map} ${address} ${milliseconds}`
      await ask(at('control'), verb)
    },
    stop() {
      for (const { server } of relays) server.close()
      haproxy.kill('SIGKILL')
    },
  }
}

/** Listens on a loopback port or on `listening`, and forwards every connection. */
async function relay(
  target: NetConnectOpts,
  listening: { readonly path: string } | { readonly port: number; readonly host: string } = {
    port: 0,
    host: '127.0.0.1',
  },
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    const beyond = connect(target)
    for (const [from, to] of [
      [socket, beyond],
      [beyond, socket],
    ] as const) {
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  server.listen(listening)
  await once(server, 'listening')
  const address = server.address()
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 }
}

/** Returns haproxy's response to a line on its control socket. */
async function ask(path: string, line: string): Promise<string> {
  const socket = connect({ path }).setEncoding('utf8')
  let answer = ''
  socket.on('data', (text: string) => (answer += text))
  socket.end(`${line}\n`)
  await once(socket, 'close')
  return answer
}

function makeCertificate(address: string, key: string, certificate: string): void {
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  // The certificate is valid for wrong clocks too.
  const time = ['-not_before', '20200101000000Z', '-not_after', '21000101000000Z']
  const subject = ['-subj', '/CN=fleet', '-addext', `subjectAltName=IP:${address}`]
  execFileSync('openssl', ['req', ...kind, ...time, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  })
}

/** Delays requests in the balancer, because many kernels lack netem. */
const delay = `core.register_action('wait', { 'http-req' }, function(txn)
  core.msleep(tonumber(txn:get_var('txn.delay')))
end)
`

interface Place extends Required<Behind> {
  readonly folder: string
  readonly host: Host
}

function configuration({ folder, host, apis, more, doors }: Place): string {
  return `global
  stats socket ${folder}/control mode 600 level admin
  lua-load ${folder}/delay.lua
  maxconn 2000
defaults
  mode http
  timeout connect 2s
  timeout client 2m
  timeout server 2m
  timeout tunnel 1h
  timeout check 3s
  option redispatch
frontend people
  bind unix@${folder}/people
  default_backend api
frontend runners
  bind ${host.address}:443 ssl crt ${folder}/edge.pem
  http-request set-var(txn.delay) src,map_ip(${folder}/delays.map,0)
  http-request lua.wait unless { var(txn.delay) -m str 0 }
  default_backend api
backend api
  balance roundrobin
  option forwardfor
  option httpchk GET /readyz
  default-server check inter 500 fall 2 rise 1 on-marked-down shutdown-sessions
${apis.map((address, index) => `  server api${index} ${address}`).join('\n')}
frontend effects
  mode tcp
  bind ${host.address}:80
  default_backend effects
backend effects
  mode tcp
  server test unix@${folder}/effects
${doors.map(({ port }) => doorway(folder, host, port)).join('')}${more}`
}

function doorway(folder: string, { address }: Host, port: number): string {
  return `frontend door-${port}
  mode tcp
  bind ${address}:${port}
  default_backend door-${port}
backend door-${port}
  mode tcp
  server test unix@${folder}/door-${port}
`
}
