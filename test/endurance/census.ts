/** Counts the resources of a server that its steps could leak. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Product } from '../product.ts'
import { controlGroups, memoryOf, sandboxRemains, tagOf } from '../torture/remains.ts'

/** Rows that exist only during work. The log of a rendering is packed an hour after its end. */
const passingRows = [
  'engine.leases',
  'engine.ready',
  'engine.log_chunks c join engine.jobs j on j.id = c.job_id where j.step is not null',
]

export type Census = Readonly<Record<string, number>>

/** Allowed growth of each count, for resources that vary without a leak. */
export const allowances: Census = {
  // The heap grows until it is collected.
  'memory (MiB)': 160,
  'open files': 12,
  // The watchdog, and helpers that start only when needed.
  processes: 6,
  'links of sandboxes': 2,
  'lines of nftables': 6,
  mounts: 0,
  'control groups': 6,
  'entries in memory': 12,
  'entries of sandboxes and trash': 0,
  'rows of what goes on': 0,
}

export async function takeCensus({ dataDirectory, server, pool }: Product): Promise<Census> {
  const { pid } = server()
  const tag = tagOf(dataDirectory)
  const { number } = JSON.parse(readFileSync(join(dataDirectory, 'sandboxes', 'network.json'), 'utf8')) as {
    readonly number: number
  }
  const { rows } = await pool.query<{ n: string }>(
    `select sum(n) as n from (${passingRows.map((table) => `select count(*) as n from ${table}`).join(' union all ')}) counts`,
  )
  return {
    'memory (MiB)': Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024),
    'open files': readdirSync(`/proc/${pid}/fd`).length,
    processes: processesOf(pid, dataDirectory),
    'links of sandboxes': linesOf('ip', '-oneline', 'link').filter((line) => line.includes(` hm${number}-`)).length,
    'lines of nftables': linesOf('nft', 'list', 'table', 'inet', `harmont_${number}`).length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(dataDirectory)).length,
    'control groups': controlGroups(tag).flatMap(groupsBelow).length,
    'entries in memory': [memoryOf(dataDirectory), `/dev/shm/harmont-${tag}`].flatMap(below).length,
    'entries of sandboxes and trash': sandboxRemains(dataDirectory).length,
    'rows of what goes on': Number(rows[0]?.n),
  }
}

/** Returns the counts that have grown, one line each. */
export function growth(before: Census, after: Census): readonly string[] {
  return Object.entries(after).flatMap(([what, count]) => {
    const most = (before[what] ?? 0) + (allowances[what] ?? 0)
    return count <= most ? [] : [`${what}: ${count}, where ${most} are allowed`]
  })
}

function groupsBelow(path: string): readonly string[] {
  const entries = readdirSync(path, { withFileTypes: true, recursive: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

function below(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : []
}

function linesOf(program: string, ...args: readonly string[]): readonly string[] {
  return execFileSync(program, args, { encoding: 'utf8' }).split('\n')
}

/** Counts processes with the directory in their command line and those that the server started. */
function processesOf(server: number, directory: string): number {
  const words = linesOf('ps', '-eo', 'ppid=,args=').map((line) => line.trim())
  return words.filter((line) => line.includes(directory) || line.startsWith(`${server} `)).length
}
