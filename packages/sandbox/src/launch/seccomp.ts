/**
 * The system calls that a step may make. Unlisted calls do not exist (ENOSYS, so that C libraries
 * fall back to older calls). Known but forbidden calls are refused (EPERM, so that tools say "not
 * permitted"). User namespaces already make many of these harmless; the filter reduces the attack
 * surface.
 */

const allowed = `
accept accept4 access adjtimex alarm arch_prctl bind brk cachestat capget capset chdir chmod chown chown32 chroot clock_adjtime
clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 close
close_range connect copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2
epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate
fanotify_mark fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64 fdatasync fgetxattr flistxattr flock fork
fremovexattr fsetxattr fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue futex_time64
futex_wait futex_waitv futex_wake futimesat get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid getegid32
geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom
getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday getuid getuid32
getxattr getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents
io_pgetevents_time64 io_setup io_submit ioctl ioprio_get ioprio_set ipc kill landlock_add_rule landlock_create_ruleset
landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listxattr listxattrat llistxattr lremovexattr lseek _llseek
lsetxattr lstat lstat64 madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mkdir mkdirat mknod mknodat mlock
mlock2 mlockall mmap mmap2 modify_ldt mprotect mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend
mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep
newfstatat _newselect open openat openat2 pause pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free
pkey_mprotect poll ppoll ppoll_time64 prctl pread64 preadv preadv2 prlimit64 process_madvise process_mrelease process_vm_readv
process_vm_writev pselect6 pselect6_time64 ptrace pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv recv recvfrom
recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat rename renameat renameat2 restart_syscall rmdir rseq
rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield
seccomp select semctl semget semop semtimedop semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto set_robust_list
set_thread_area set_tid_address setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setitimer setpgid
setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit setsid setsockopt setuid
setuid32 setxattr setxattrat shmat shmctl shmdt shmget shutdown sigaltstack signal signalfd signalfd4 sigpending sigprocmask
sigreturn sigsuspend splice stat stat64 statfs statfs64 statx symlink symlinkat sync_file_range
sync_file_range2 syncfs sysinfo tee tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64
timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill truncate
truncate64 ugetrlimit umask uname unlink unlinkat uretprobe utime utimensat utimensat_time64 utimes vfork vmsplice wait4 waitid
waitpid write writev
`

const refused = `
acct add_key bpf delete_module fanotify_init finit_module fsconfig fsmount fsopen fspick init_module ioperm iopl kcmp kexec_file_load
kexec_load keyctl lookup_dcookie lsm_set_self_attr mbind migrate_pages mount mount_setattr move_mount move_pages nfsservctl
open_by_handle_at open_tree open_tree_attr perf_event_open pivot_root quotactl quotactl_fd reboot request_key set_mempolicy
set_mempolicy_home_node get_mempolicy setdomainname sethostname setns settimeofday clock_settime clock_settime64 socketcall stime swapoff
swapon sysfs syslog umount umount2 unshare uselib userfaultfd vhangup vm86 vm86old
`

type Action = 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO' | 'SCMP_ACT_TRACE'

interface Rule {
  readonly names: readonly string[]
  readonly action: Action
  readonly errnoRet?: number
  readonly args?: readonly {
    readonly index: number
    readonly value: number
    readonly valueTwo?: number
    readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ'
  }[]
}

export interface SeccompProfile {
  readonly defaultAction: Action
  readonly defaultErrnoRet: number
  readonly architectures: readonly string[]
  readonly syscalls: readonly Rule[]
}

const EPERM = 1
const ENOSYS = 38
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const namespaceFlags = 0x7e020000
/** PER_LINUX and PER_LINUX32, with and without UNAME26, and the query. */
const personalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff]

const architectures: Readonly<Record<string, readonly string[]>> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
}

const names = (text: string): string[] => text.trim().split(/\s+/)

/**
 * Returns the profile for this machine's processor. On processors other than x64 and arm64, it
 * covers the native architecture only.
 */
export function seccompProfile(): SeccompProfile {
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: ENOSYS,
    architectures: architectures[process.arch] ?? [],
    syscalls: [
      { names: names(allowed), action: 'SCMP_ACT_ALLOW' },
      // Includes `socketcall`, which i386 used for sockets before Linux 4.3: its arguments are in
      // memory, which no filter can read.
      { names: names(refused), action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
      // A sync would write all file systems of the machine, repeatedly. Reports success instead: a
      // sync inside does not reach the disk anyway.
      { names: ['sync'], action: 'SCMP_ACT_ERRNO', errnoRet: 0 },
      // A filter cannot see the flags of clone3. ENOSYS makes the C library fall back to clone.
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
      {
        names: ['clone'],
        action: 'SCMP_ACT_ALLOW',
        args: [{ index: 0, value: namespaceFlags, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      },
      ...socketRules,
      ...personalities.map(
        (value): Rule => ({
          names: ['personality'],
          action: 'SCMP_ACT_ALLOW',
          args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }],
        }),
      ),
    ],
  }
}

const [AF_UNIX, AF_INET, AF_INET6, AF_NETLINK] = [1, 2, 10, 16] as const
const [NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT] = [0, 4, 15] as const
/** For an unknown protocol of a known family. */
export const EPROTONOSUPPORT = 93
const EAFNOSUPPORT = 97

/**
 * Netlink protocols of `ip`, `ss` and programs that search for devices. Excludes NETLINK_USERSOCK,
 * whose messages are not charged to a control group.
 */
const netlink: readonly number[] = [NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_KOBJECT_UEVENT]

/**
 * Rules for the sockets that a step may open. Other families do not exist, as in a kernel without
 * them: AF_VSOCK reaches the hypervisor past every network rule, and steps do not need the code of
 * the remaining ones. Compares for equality only: the kernel ignores the upper 32 of the 64 bits
 * that a filter compares, so a different number may mean the same to the kernel.
 */
const socketRules: readonly Rule[] = [
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
 * Returns all numbers except `some`: the smaller ones individually, and the range above the
 * largest.
 */
function othersThan(some: readonly number[]): readonly (readonly [value: number, isAbove: boolean])[] {
  const largest = Math.max(...some)
  const gaps = Array.from({ length: largest }, (_, number) => number).filter((number) => !some.includes(number))
  return [...gaps.map((number) => [number, false] as const), [largest, true]]
}
