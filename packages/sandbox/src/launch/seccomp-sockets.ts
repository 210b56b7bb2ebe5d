import type { Rule } from './seccomp.ts'

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16] as const
const [NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT] = [0, 4, 15] as const
/** For an unknown protocol of a known family. */
export const EPROTONOSUPPORT = 93
const EAFNOSUPPORT = 97

/**
 * Used by `ip`, `ss` and programs that look for devices. Excludes NETLINK_USERSOCK, whose messages
 * are not charged to a control group.
 */
const netlink: readonly number[] = [NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT]

/**
 * Rules for the sockets that a step may open. Others do not exist, as in a kernel without them:
 * AF_VSOCK reaches the hypervisor past every network rule, and steps do not need the code of the
 * rest. Compares for equality only: the kernel ignores the upper 32 of the 64 bits that a filter
 * compares, so an unequal number may be the same to the kernel.
 */
export const socketRules: readonly Rule[] = [
  ...[AF_UNIX, AF_INET, AF_INET6].map((family) => rule('socket', [[0, family]])),
  ...netlink.map((protocol) =>
    rule('socket', [
      [0, AF_NETLINK],
      [2, protocol],
    ]),
  ),
  ...othersThan([AF_UNIX, AF_INET, AF_INET6, AF_NETLINK]).map((family) =>
    rule('socket', [[0, ...family]], EAFNOSUPPORT),
  ),
  ...othersThan(netlink).map((protocol) =>
    rule(
      'socket',
      [
        [0, AF_NETLINK],
        [2, ...protocol],
      ],
      EPROTONOSUPPORT,
    ),
  ),
  rule('socketpair', [[0, AF_UNIX]]),
  ...othersThan([AF_UNIX]).map((family) => rule('socketpair', [[0, ...family]], EAFNOSUPPORT)),
]

type Comparison = readonly [index: number, value: number, isAbove?: boolean]

function rule(name: string, comparisons: readonly Comparison[], errnoRet?: number): Rule {
  return {
    names: [name],
    ...(errnoRet === undefined ? { action: 'SCMP_ACT_ALLOW' } : { action: 'SCMP_ACT_ERRNO', errnoRet }),
    args: comparisons.map(([index, value, isAbove]) => ({ index, value, op: isAbove ? 'SCMP_CMP_GT' : 'SCMP_CMP_EQ' })),
  }
}

/**
 * Returns all numbers except these: the smaller ones one by one, and the range above the largest.
 */
function othersThan(some: readonly number[]): readonly (readonly [value: number, isAbove: boolean])[] {
  const largest = Math.max(...some)
  const gaps = Array.from({ length: largest }, (_, number) => number).filter((number) => !some.includes(number))
  return [...gaps.map((number) => [number, false] as const), [largest, true]]
}
