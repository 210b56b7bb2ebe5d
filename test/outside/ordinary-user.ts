/**
 * A temporary user of this machine who is not root and not in the machine's list of users, for
 * tests.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { afterFile } from '@harmont/test-kit/file'
import { removeTree } from './remove-tree.ts'

const id = 54_321
/**
 * Shared by all runs, because the base of its sandboxes is a copy of the machine's programs, which
 * takes a minute. A test makes it under a lock.
 */
const shared = '/var/tmp/harmont-test-ordinary'
const sharedNames = ['harmont-test-images', 'harmont-test-compiled']

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

/** Makes a home for the user, removed after the test file. Links there what all runs share. */
export function makeOrdinaryHome(): string {
  const home = mkdtempSync('/var/tmp/harmont-ordinary-home-')
  afterFile(() => removeTree(home))
  for (const folder of [shared, ...sharedNames.map((name) => join(shared, name))]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chownSync(folder, id, id)
  }
  for (const name of sharedNames) symlinkSync(join(shared, name), join(home, name))
  chownSync(home, id, id)
  return home
}

/**
 * Starts a program as that user, who has ids for sandboxes. Only for root. Its output is piped, its
 * stderr ours.
 */
export function spawnAsOrdinaryUser(
  program: string,
  args: readonly string[],
  cwd: string,
  home = makeOrdinaryHome(),
): ChildProcess {
  const { PATH = '', HARMONT_TEST_EFFORT, HARMONT_TEST_SEED } = process.env
  return spawn('unshare', ['--mount', 'sh', '-ec', become, 'sh', home, program, ...args], {
    cwd,
    env: {
      PATH,
      ...(HARMONT_TEST_EFFORT === undefined ? {} : { HARMONT_TEST_EFFORT }),
      ...(HARMONT_TEST_SEED === undefined ? {} : { HARMONT_TEST_SEED }),
      NODE_COMPILE_CACHE: join(shared, 'harmont-test-compiled', 'node'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
