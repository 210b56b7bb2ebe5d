import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import { promisify } from 'node:util'
import { firstId, idCount } from '../layout/layout.ts'
import { hasCode, isAbsent } from '../system/files.ts'
import type { IdRange } from './lacking.ts'

const run = promisify(execFile)

export type IdMap = readonly (readonly [inside: number, outside: number, count: number])[]

/** Maps root inside to the user, and the ids of sandboxes to the range. Others stay unmapped. */
export function mapOf(user: number, range: IdRange): IdMap {
  return [
    [0, user, 1],
    [firstId, range.first, idCount],
  ]
}

/**
 * Finds a process in a namespace made by an earlier call. All processes share one namespace while
 * anything lives in it: only there can one end what another has started.
 */
export function findInhabitant(map: IdMap): number | undefined {
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
 * Makes a namespace, and returns a process that holds it until this process is in it or has ended.
 * Fails with the reason for a refusal.
 */
export async function makeNamespace(users: IdMap, groups: IdMap): Promise<number> {
  const wait = 'echo; until [ /proc/$1/ns/user -ef /proc/self/ns/user ] || ! kill -0 "$1"; do sleep 0.01; done'
  const holder = spawn('unshare', ['--user', 'sh', '-c', wait, 'sh', String(process.pid)], {
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
