import type { EgressNames, Sandbox } from '@harmont/sandbox'
import type { JobLog } from '../job-log.ts'

/** Maximum number of refused hosts in the log; the step's page shows more. */
const mostNamed = 20

/**
 * Returns the hosts that a step used and those that it was refused. Logs the refused hosts or, if
 * hosts were only observed, a list that the step could use.
 */
export async function readEgress(
  log: Pick<JobLog, 'remark'>,
  sandbox: Pick<Sandbox, 'egressNames'>,
): Promise<EgressNames | undefined> {
  const egress = await sandbox.egressNames()
  if (egress === undefined) return undefined
  const { isBound, used, refused } = egress
  if (refused.length > 0) log.remark(`refused hosts, which its egress does not list: ${listOf(refused)}`)
  if (!isBound) log.remark(`the hosts that the step used, as a list: egress: [${used.map(quoted).join(', ')}]`)
  return egress
}

function quoted(name: string): string {
  return `'${name}'`
}

function listOf(names: readonly string[]): string {
  const more = names.length - mostNamed
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}
