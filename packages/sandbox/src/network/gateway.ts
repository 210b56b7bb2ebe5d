import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Marks our routes. Nobody else uses this protocol number (/etc/iproute2/rt_protos). */
const protocol = 104

/**
 * Adds a directory's gateway address to the machine. It is a route and not on a link: browsers
 * abort page loads whenever a link gains or loses an address (ERR_NETWORK_CHANGED), so a run that
 * starts or ends would break them.
 */
export async function openGateway(number: number, address: string): Promise<void> {
  await run('ip', ['route', 'replace', 'local', `${address}/32`, 'dev', 'lo', ...markOf(number)])
}

/** Removes the gateway address, if present. */
export async function closeGateway(number: number): Promise<void> {
  await run('ip', ['-4', 'route', 'flush', 'table', 'local', 'dev', 'lo', ...markOf(number)])
}

function markOf(number: number): readonly string[] {
  return ['proto', String(protocol), 'metric', String(number + 1)]
}

/**
 * Returns whether a route with this protocol, as printed by `ip -json`, is a gateway of any
 * directory.
 */
export function isGatewayRoute(name: string | undefined): boolean {
  return name === String(protocol)
}

/**
 * MAC address of every link's end on the machine. Sandboxes get it as a static neighbour and never
 * send ARP: a machine may answer only for the link's own addresses.
 */
export const gatewayHardware = '02:68:61:72:6d:01'
