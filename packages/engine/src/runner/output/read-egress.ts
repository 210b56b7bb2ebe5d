import type { EgressNames, Sandbox } from '@harmont/sandbox'
import type { JobLog } from '../job-log.ts'

/** Names of refused hosts that the log has; the page of the step has more. */
const mostNamed = 20

/**
 * Returns the hosts that a step used and was refused. Its log names the refused ones or, where
 * hosts were only noted, a list that the step could have.
 */
export async function readEgress(
  log: Pick<JobLog, 'remark'>,
  sandbox: Pick<Sandbox, 'egressNames'>,
): Promise<EgressNames | undefined> {
  const egress = await sandbox.egressNames()
  if (egress === undefined) return undefined
  const { isBound, used, refused } = egress
  if (refused.length > 0) log.remark(`refused hosts, which its egress does not list: ${listOf(refused)}`)
  if (!isBound) log.remark(`the hosts that it used, as a list: egress: [${used.map(quoted).join(', ')}]`)
  return egress
}

function quoted(name: string): string {
  return `'${name}'`
}

function listOf(names: readonly string[]): string {
  const more = names.length - mostNamed
  return `${names.slice(0, mostNamed).join(', ')}${more > 0 ? `, and ${more} more` : ''}`
}
