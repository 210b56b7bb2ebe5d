import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Marks our routes among the machine's: a number that nobody else writes routes with (/etc/iproute2/rt_protos). */
const protocol = 104

/**
 * The gateway address of a directory's sandboxes is the machine's by a route and on no link: browsers break off what they are about to load whenever an
 * address comes or goes (ERR_NETWORK_CHANGED), so that a page would stay white that is opened while a run begins or ends.
 */
export async function openGateway(number: number, address: string): Promise<void> {
  await run('ip', ['route', 'replace', 'local', `${address}/32`, 'dev', 'lo', ...markOf(number)])
}

/** Takes it away; does nothing where there is none. */
export async function closeGateway(number: number): Promise<void> {
  await run('ip', ['-4', 'route', 'flush', 'table', 'local', 'dev', 'lo', ...markOf(number)])
}

function markOf(number: number): readonly string[] {
  return ['proto', String(protocol), 'metric', String(number + 1)]
}

/** Whether a route of this protocol, as `ip -json` has it, is such a gateway, of whichever directory. */
export function isGatewayRoute(name: string | undefined): boolean {
  return name === String(protocol)
}

/** Every link's end on the machine has it. A sandbox is told, and so never asks who the gateway is: a machine may be set to answer only for the link's own addresses. */
export const gatewayHardware = '02:68:61:72:6d:01'
