/** A user of this machine who is not root, for the time of a test: nothing of it is in the machine's own list of users. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import process from 'node:process'

const id = 54_321
/** Its directory. It stays: the base of its sandboxes is a copy of the machine's programs, which takes a minute. */
export const ordinaryHome = '/var/tmp/harmont-test-ordinary'

const become = `
mount -t tmpfs -o mode=755 harmont-test /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work harmont-test /etc
umount --lazy /mnt
echo "harmont-test:x:${id}:${id}::$1:/bin/sh" >>/etc/passwd
for file in subuid subgid; do echo harmont-test:2000000000:65536 >>"/etc/$file"; done
home=$1; shift
exec setpriv --reuid ${id} --regid ${id} --clear-groups env HOME="$home" TMPDIR="$home" USER=harmont-test "$@"
`

/** Starts a program as that user, who has ids for sandboxes of its own. For root alone. Its output is piped, its stderr ours. */
export function spawnAsOrdinaryUser(program: string, args: readonly string[], cwd: string): ChildProcess {
  mkdirSync(ordinaryHome, { recursive: true, mode: 0o700 })
  chownSync(ordinaryHome, id, id)
  return spawn('unshare', ['--mount', 'sh', '-ec', become, 'sh', ordinaryHome, program, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
