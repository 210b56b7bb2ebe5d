import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import { hasCode, isAbsent } from '../system/files.ts'
import { initProgram, stage } from '../system/machine.ts'
import { run } from '../system/processes.ts'
import { firstId, idCount } from './id-ranges.ts'
import { privilegeMode } from './privilege-mode.ts'
import type { IdRange } from './user-facts.ts'
import { ownRanges, rangeFor } from './user-facts.ts'

/**
 * Makes an ordinary user's process root of a user namespace in which sandboxes can be made.
 * Re-executes the process there with the same pid, arguments and open files, and does not return.
 * Root of the namespace is the user on the machine, without further rights. Commands use ids that
 * /etc/subuid assigns to the user. Returns without effect for root, and if the namespace cannot be
 * made, for which `probe` reports the reason.
 * @param env the environment of the re-executed program.
 */
export async function enterNamespace(env: Readonly<Record<string, string | undefined>> = process.env): Promise<void> {
  if (process.platform !== 'linux' || privilegeMode.kind !== 'user' || process.execve === undefined) return
  const { userIds, groupIds } = ownRanges()
  const [users, groups] = [rangeFor(userIds), rangeFor(groupIds)]
  if (users === undefined || groups === undefined) return
  const map = mapOf(process.getuid?.() ?? 0, users)
  let inhabitant = findInhabitant(map)
  try {
    inhabitant ??= await makeNamespace(map, mapOf(process.getgid?.() ?? 0, groups))
  } catch {
    return // `probe` tries again and reports why.
  }
  // Keeps the groups: root of the namespace is this user, who may read files of these groups.
  const enter = [`--user=/proc/${inhabitant}/ns/user`, '--preserve-credentials', '--']
  const unshare = ['/usr/bin/unshare', '--mount', '--propagation=slave', '--']
  beginAnew('/usr/bin/nsenter', [...enter, ...unshare, '/bin/sh', '-c', prepare, 'sh', stage], env)
}

/**
 * If this process, or npm above it, is the first process of a container, re-executes it below an
 * init and does not return. Otherwise every command of a step would leave a zombie permanently: its
 * monitor's parent is the first process, and Node.js reaps only its own children. Returns without
 * effect elsewhere, and if tini is missing.
 */
export function enterInit(): void {
  const { pid, ppid, env } = process
  const isFirst = pid === 1 || (ppid === 1 && env.npm_lifecycle_event !== undefined)
  if (process.platform !== 'linux' || !isFirst || process.execve === undefined) return
  try {
    accessSync(initProgram, constants.X_OK)
  } catch {
    return // Sandboxes cannot be made without it; `probe` reports that.
  }
  // The init adopts orphans, even if npm is the first process.
  beginAnew(initProgram, ['-s', '--'], env)
}

/**
 * Replaces this process by a program that runs this process's program again, with the same pid,
 * arguments and open files.
 */
function beginAnew(program: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>): void {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve?.(program, [program, ...args, ...again], Object.fromEntries(given))
}

/**
 * Sandboxes need a directory in /run, which only root can create. Mounts a directory of our own
 * over /run, with everything that /run contained.
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

type IdMap = readonly (readonly [inside: number, outside: number, count: number])[]

/** Maps root inside to the user, and the ids of sandboxes to the range. Others stay unmapped. */
function mapOf(user: number, range: IdRange): IdMap {
  return [
    [0, user, 1],
    [firstId, range.first, idCount],
  ]
}

/**
 * Finds a process in a namespace that an earlier call made. All processes of a user share one
 * namespace as long as it has any process, because only from inside can one process end another's.
 */
function findInhabitant(map: IdMap): number | undefined {
  const wanted = map.flat().join(' ')
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      if (statSync(`/proc/${name}`).uid !== process.getuid?.()) continue
      if (readFileSync(`/proc/${name}/uid_map`, 'utf8').trim().split(/\s+/).join(' ') === wanted) return Number(name)
    } catch (error) {
      if (!isAbsent(error) && !hasCode(error, 'ESRCH') && !hasCode(error, 'EACCES') && !hasCode(error, 'EPERM'))
        throw error
    }
  }
  return undefined
}

/**
 * Waits until the process is in this namespace or has ended. Compares files that any process may
 * read: the holder lost its rights when it became a shell, and may not read the other process's
 * namespace.
 */
const hold = `
echo
is_here() { read -r theirs <"/proc/$1/uid_map" && read -r own </proc/self/uid_map && [ "$theirs" = "$own" ]; }
until is_here "$1" || ! kill -0 "$1"; do sleep 0.01; done
`

/**
 * Makes a namespace, and returns a process that holds it until this process has entered it or has
 * ended. Rejects with the reason if the namespace is refused.
 */
async function makeNamespace(users: IdMap, groups: IdMap): Promise<number> {
  const holder = spawn('unshare', ['--user', 'sh', '-c', hold, 'sh', String(process.pid)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    cwd: '/',
    detached: true,
  })
  const failed = new Promise<never>((_, reject) => {
    holder.once('error', reject)
    holder.once('exit', () => reject(new Error('unshare ended')))
  })
  try {
    await Promise.race([once(holder.stdout, 'data'), failed])
    await run('newuidmap', [String(holder.pid), ...users.flat().map(String)])
    await run('newgidmap', [String(holder.pid), ...groups.flat().map(String)])
  } catch (error) {
    holder.kill('SIGKILL')
    throw error
  }
  holder.unref()
  return holder.pid ?? 0
}
