import { randomUUID } from 'node:crypto'
import type {
  EgressBound,
  NetworkMode,
  ResolvedImage,
  Sandbox,
  SandboxDriver,
  Service,
  ServiceSpec,
} from '../src/sandbox-driver.ts'
import { command, finish } from './bench.ts'

export const patient = () => new Date(Date.now() + 600_000)

/** Returns a script that answers each connection on a port with a text. */
export const answers = (port: number, text: string): string =>
  `exec python3 -uc 'import socket
server = socket.create_server(("0.0.0.0", ${port}))
print("listening on ${port}")
while True: server.accept()[0].sendall(b"${text}")'`

export const ask = (name: string, port: number): string =>
  `python3 -c 'import socket; print(socket.create_connection(("${name}", ${port}), 2).recv(99).decode())' 2>&1 | tail -1`

export const onPort = (port: number): ServiceSpec['ready'] => ({ port, command: null, log: null, timeoutSeconds: 300 })

export const printed = (log: string): ServiceSpec['ready'] => ({ port: null, command: null, log, timeoutSeconds: 300 })

export function service(
  image: ResolvedImage,
  name: string,
  script: string | null,
  more: Partial<ServiceSpec> = {},
): ServiceSpec {
  return {
    ...{ name, base: { image }, env: {}, command: script, needs: [], localhost: false, egress: false },
    ready: { port: null, command: null, log: null, timeoutSeconds: 300 },
    stop: { signal: null, seconds: 5 },
    ...more,
  }
}

export function withServices(
  driver: SandboxDriver,
  image: ResolvedImage,
  services: readonly ServiceSpec[],
  network: NetworkMode = 'none',
  egress?: EgressBound,
): Promise<Sandbox> {
  const limits = { cpu: 2, memoryBytes: 512 << 20, diskBytes: 1 << 30, pids: 512 }
  const of = { id: `test-${randomUUID()}`, label: {}, base: { image }, limits, network, services }
  return driver.create({ ...of, ...(egress && { egress }) })
}

export async function print(sandbox: Sandbox, script: string): Promise<string> {
  const { stdout, stderr } = await finish(await sandbox.start(command(script)))
  return stdout + stderr
}

export async function states(sandbox: Sandbox): Promise<readonly string[]> {
  return Promise.all(sandbox.services.map((each) => each.state()))
}

/** Kills a service, and returns its output. */
export async function outputOf(service: Service | undefined): Promise<string> {
  const running = await service?.started()
  await running?.kill('SIGKILL')
  return running === undefined ? '' : (await finish(running)).stdout
}
