/**
 * Records effects of commands outside their sandboxes, with a server in the test's own process,
 * which kills of the product do not reach.
 */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'

export interface Effect {
  readonly kind: string
  readonly jobId: string
  readonly attempt: number
  /** Random id, different for each start of the command. */
  readonly run: string
}

export interface Effects {
  /** Address of the server for sandboxes and for `HARMONT_EGRESS_ALLOW`. */
  readonly address: string
  /** Returns all reported effects in order. */
  told(): readonly Effect[]
  stop(): Promise<void>
}

/** `through` has a socket to listen on, and the address from which a fleet forwards to it. */
export async function startEffects(through?: { readonly path: string; readonly address: string }): Promise<Effects> {
  const told: Effect[] = []
  const server = createServer((request, response) => {
    const [, kind, jobId, attempt, run] = request.url?.split('/') ?? []
    if (!kind || !jobId || !attempt || !run) return void response.writeHead(400).end()
    told.push({ kind, jobId, attempt: Number(attempt), run })
    response.writeHead(204).end()
  })
  server.listen(through === undefined ? { port: 0, host: ownAddress() } : { path: through.path })
  await once(server, 'listening')
  return {
    address: through?.address ?? addressOf(server),
    told: () => told,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function addressOf(server: Server): string {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return `${address.address}:${address.port}`
}

/**
 * Returns a non-loopback address of the machine, because a sandbox with egress has its own
 * loopback.
 */
export function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const own = all.find(({ internal, family }) => !internal && family === 'IPv4')
  if (own === undefined) throw new Error('expected a network interface besides loopback, got none')
  return own.address
}

/**
 * Returns shell text for the beginning of a script. It defines `tell KIND`, which reports to a
 * server and fails without a confirmation.
 */
export function tellScript(address: string): string {
  const [host, port] = address.split(':')
  const say = `exec 3<>/dev/tcp/${host}/${port} && printf "GET /%s HTTP/1.0\\r\\n\\r\\n" "$1" >&3 && read -r answer <&3 && [[ $answer = *204* ]]`
  return [
    'set -eu',
    'run=$(cat /proc/sys/kernel/random/uuid)',
    `tell() { bash -c '${say}' tell "$1/$HARMONT_JOB_ID/$HARMONT_ATTEMPT/$run"; }`,
  ].join('\n')
}
