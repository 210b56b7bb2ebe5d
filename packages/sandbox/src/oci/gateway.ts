import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The gateway address of a directory's sandboxes is on loopback, once, and on no link: browsers break off what they load whenever an address of the
 * machine comes or goes (ERR_NETWORK_CHANGED), and a page that shows a build would do so with each step.
 */
export async function openGateway(number: number, address: string): Promise<void> {
  await run('ip', ['address', 'replace', `${address}/32`, 'dev', 'lo', 'label', labelOf(number)])
}

/** Takes it away; does nothing where there is none. */
export async function closeGateway(number: number): Promise<void> {
  const { stdout } = await run('ip', ['-json', '-4', 'address', 'show', 'dev', 'lo', 'label', labelOf(number)])
  if (/"local"/.test(stdout)) await run('ip', ['-4', 'address', 'flush', 'dev', 'lo', 'label', labelOf(number)])
}

function labelOf(number: number): string {
  return `lo:hm${number}`
}

/** Whether an address with this label is such a gateway, of whichever directory. */
export function isGatewayLabel(label: string): boolean {
  return /^lo:hm\d+$/.test(label)
}

/** Every link's end on the machine has it. A sandbox is told, and so never asks who the gateway is: a machine may be set to answer only for the link's own addresses. */
export const gatewayHardware = '02:68:61:72:6d:01'
