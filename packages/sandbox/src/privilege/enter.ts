import { accessSync, constants } from 'node:fs'
import process from 'node:process'
import { initProgram, stage } from '../layout/layout.ts'
import { rangeFor } from './lacking.ts'
import { findInhabitant, makeNamespace, mapOf } from './namespace.ts'
import { footing } from './privilege-mode.ts'
import { ownRanges } from './user-facts.ts'

/**
 * Makes this process, when it is an ordinary user's, root of a user namespace in which sandboxes can be made: it begins anew there, with the same id,
 * arguments and open files, and does not return. Root in there is the user outside, and may do no more to the machine than the user. Commands are other
 * ids, which /etc/subuid gives to the user.
 * Returns, and has done nothing, for root and where that cannot be: `probe` says what is missing.
 * @param env the environment to begin anew with.
 */
export async function enterNamespace(env: Readonly<Record<string, string | undefined>> = process.env): Promise<void> {
  if (process.platform !== 'linux' || footing.kind !== 'user' || process.execve === undefined) return
  const { userIds, groupIds } = ownRanges()
  const [users, groups] = [rangeFor(userIds), rangeFor(groupIds)]
  if (users === undefined || groups === undefined) return
  const map = mapOf(process.getuid?.() ?? 0, users)
  let inhabitant = findInhabitant(map)
  try {
    inhabitant ??= await makeNamespace(map, mapOf(process.getgid?.() ?? 0, groups))
  } catch {
    return // Why is for who asks: it tries again.
  }
  // The groups stay: root in there is this user, with all that its groups may read.
  const enter = [`--user=/proc/${inhabitant}/ns/user`, '--preserve-credentials', '--']
  const unshare = ['/usr/bin/unshare', '--mount', '--propagation=slave', '--']
  beginAnew('/usr/bin/nsenter', [...enter, ...unshare, '/bin/sh', '-c', prepare, 'sh', stage], env)
}

/**
 * Begins anew below an init, and does not return, where this process or npm is the first of a container without one: there every command of a step would
 * leave a dead process for good, as its monitor has nobody else to be taken over by, and Node.js ends only children of its own.
 * Returns, and has done nothing, elsewhere and without tini.
 */
export function enterInit(): void {
  const { pid, ppid, env } = process
  const isFirst = pid === 1 || (ppid === 1 && env.npm_lifecycle_event !== undefined)
  if (process.platform !== 'linux' || !isFirst || process.execve === undefined) return
  try {
    accessSync(initProgram, constants.X_OK)
  } catch {
    return // Without it no sandbox is made, as `probe` says.
  }
  // It takes over what its children leave, also where npm is the first process.
  beginAnew(initProgram, ['-s', '--'], env)
}

/** Has this process become a program that runs ours again, with the same id, arguments and open files. */
function beginAnew(program: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve?.(program, [program, ...args, ...again], Object.fromEntries(given))
}

/**
 * Sandboxes want a directory in /run that nobody but root can make: then /run is shown here as a directory of our own that has all that was in it.
 */
const prepare = `
stage=$1; shift
if [ ! -d "$stage" ]; then
  (
    # The PATH of what begins anew may be any.
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    cd /run && mount -t tmpfs -o mode=755 harmont-run /run || exit
    for entry in ./* ./.[!.]*; do
      if [ -L "$entry" ]; then cp -P "$entry" /run/
      elif [ -d "$entry" ]; then mkdir "/run/$entry" && mount --rbind "$entry" "/run/$entry"
      elif [ -e "$entry" ]; then : >"/run/$entry" && mount --bind "$entry" "/run/$entry"
      fi
    done
    mkdir "$stage"
  ) || exit
fi
exec "$@"
`
