import type { Abuse } from './abuse.ts'
import { counted } from './abuse-ends.ts'

/** Limits the sandbox's users and, in total, the owner of its user namespace. */
const ownCounter = 'limits of its user, counted per sandbox'

/**
 * Attempts to exhaust counters that the kernel keeps per user. One of these users may be the
 * machine's root.
 */
export const counterAbuses: readonly Abuse[] = [
  {
    name: 'message queues (POSIX)',
    python: `librt = ctypes.CDLL("librt.so.1", use_errno=True)
as_users(users, lambda user: [check(librt.mq_open(f"/x{user}-{i}".encode(), os.O_CREAT | os.O_RDWR, 0o600, None)) for i in range(each)])`,
    size: { users: 3, each: 50 },
    end: 'refused',
    stoppedBy: ownCounter,
  },
  {
    name: 'timers (POSIX)',
    python: `timer = ctypes.c_void_p()
as_users(users, lambda user: [check(libc.timer_create(0, None, ctypes.byref(timer))) for i in range(each)])`,
    // More processes than the machine's root may have, which is half of the machine's maximum.
    size: { users: 8, each: 20_000 },
    end: 'refused',
    stoppedBy: ownCounter,
  },
  {
    name: 'terminals',
    python: 'trying(lambda: [os.openpty() for i in range(count)])\ndone()',
    size: { count: 150 },
    end: 'refused',
    stoppedBy: 'number of terminals',
    control: 'number of terminals',
  },
  {
    name: 'epoll watches',
    python: `pollers = [select.epoll() for i in range(count)]
files = [os.pipe()[0] for i in range(count)]
for poller in pollers:
  for file in files: poller.register(file, select.EPOLLIN)
done()`,
    size: { count: 100 },
    fullSize: { count: 1_000 },
    ...counted,
  },
]
