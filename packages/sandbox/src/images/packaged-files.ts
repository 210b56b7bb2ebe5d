import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { ifPresent } from '../system/files.ts'

const DPKG = 'var/lib/dpkg'

/**
 * Lists files in /etc that Debian's packages installed and that were not changed. These are public,
 * because every machine with the packages has them; a changed file may contain a secret. Empty
 * without dpkg. Lists folders before their content.
 * @param machine root of the machine.
 */
export async function unchangedPackagedEtc(machine = '/'): Promise<readonly string[]> {
  const listed = await listedInEtc(path.join(machine, DPKG, 'info'))
  const checksums = await conffileChecksums(path.join(machine, DPKG, 'status'))
  const kept: string[] = []
  for (const file of listed) {
    const stats = await ifPresent(lstat(path.join(machine, file)))
    if (stats === undefined) continue
    if (stats.isDirectory()) {
      if ((stats.mode & 0o005) === 0o005) kept.push(file)
    } else if (stats.isSymbolicLink()) kept.push(file)
    else if (
      stats.isFile() &&
      (stats.mode & 0o004) !== 0 &&
      checksums.get(file) === (await md5(path.join(machine, file)))
    )
      kept.push(file)
  }
  return kept
}

async function listedInEtc(info: string): Promise<readonly string[]> {
  const names = (await ifPresent(readdir(info))) ?? []
  const listed = new Set<string>()
  for (const name of names.filter((each) => each.endsWith('.list'))) {
    const lines = (await readFile(path.join(info, name), 'utf8')).split('\n')
    for (const line of lines) if (line.startsWith('/etc/')) listed.add(line)
  }
  return [...listed].sort()
}

/** Parses the field `Conffiles` of the status file: lines ` /etc/name md5 [obsolete]`. */
async function conffileChecksums(file: string): Promise<ReadonlyMap<string, string>> {
  const status = (await ifPresent(readFile(file, 'utf8'))) ?? ''
  return new Map(
    [...status.matchAll(/^ (\/etc\/\S+) ([0-9a-f]{32})\b/gm)].map((match) => [match[1] ?? '', match[2] ?? '']),
  )
}

async function md5(file: string): Promise<string> {
  return createHash('md5')
    .update(await readFile(file))
    .digest('hex')
}
