import { readdirSync, readFileSync } from 'node:fs'

/** Returns the memory of processes and their descendants in MiB. Shared pages count once. */
export function proportionalMiB(roots: readonly number[]): number {
  const children = Map.groupBy(processes(), ({ parent }) => parent)
  const below = (pid: number): number =>
    ownKiB(pid) + (children.get(pid) ?? []).reduce((sum, child) => sum + below(child.pid), 0)
  return roots.reduce((sum, pid) => sum + below(pid), 0) / 1024
}

function processes(): { readonly pid: number; readonly parent: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      // The process may have ended meanwhile.
      const parent = /^PPid:\s+(\d+)$/m.exec(textOf(`/proc/${name}/status`))?.[1]
      return parent === undefined ? [] : [{ pid: Number(name), parent: Number(parent) }]
    })
}

function ownKiB(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return ''
    throw error
  }
}
