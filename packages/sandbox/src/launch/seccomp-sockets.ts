import type { Rule } from './seccomp.ts'

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16] as const
const [NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT] = [0, 4, 15] as const
/** Of a protocol of a family that there is. */
export const EPROTONOSUPPORT = 93
const EAFNOSUPPORT = 97

/** What `ip`, `ss` and programs that look for devices ask. NETLINK_USERSOCK is not among them: its messages are memory that no control group counts. */
const netlink: readonly number[] = [NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT]

/**
 * Which sockets a step may have. What is not named does not exist, as in a kernel without it: AF_VSOCK talks to the hypervisor past every network rule,
 * others are code that steps do not need. Allowed is what is equal to something: the kernel reads 32 of the 64 bits that a filter compares, so what differs
 * from a number may be that number all the same.
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

/** All numbers but these: those up to the largest of them one by one, and what is above it. */
function othersThan(some: readonly number[]): readonly (readonly [value: number, isAbove: boolean])[] {
  const largest = Math.max(...some)
  const gaps = Array.from({ length: largest }, (_, number) => number).filter((number) => !some.includes(number))
  return [...gaps.map((number) => [number, false] as const), [largest, true]]
}
