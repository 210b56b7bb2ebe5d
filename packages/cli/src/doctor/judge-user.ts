import { type Check, checksOf } from './check.ts'

/** An ordinary user of Linux. */
export interface UserFacts {
  readonly name: string
  /** Whether this process is in a namespace in which it makes sandboxes. */
  readonly isMapped: boolean
  /** Whether Docker answers this user. */
  readonly hasDocker: boolean
}

const { ok, warning } = checksOf('sandbox')

/** What else an ordinary user runs steps with. */
export function waysOf({ hasDocker }: UserFacts): string {
  return hasDocker
    ? 'hm config set sandbox.driver docker, or sudo hm run, or hm run --cloud'
    : 'sudo hm run, or hm run --cloud'
}

/** What sandboxes without root have and have not. What they lack altogether the driver's own probe says. */
export function judgeUser({ name, isMapped }: UserFacts): Check[] {
  if (!isMapped) return []
  return [
    ok('ordinary user', `steps of ${name} run in a user namespace with ids from /etc/subuid`),
    warning(
      'step limits',
      'processes, disk and time are limited; memory and CPU are not: those need cgroups, and so root',
      'sudo hm run',
    ),
  ]
}
