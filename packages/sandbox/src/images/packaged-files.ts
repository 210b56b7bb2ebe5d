import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { isMissing } from './missing.ts'

const DPKG = '/var/lib/dpkg'

/**
 * What Debian's packages brought into /etc and nobody changed since: settings that are public, because every machine with these packages
 * has them. A changed file may hold a secret and is not among them. Empty where there is no dpkg. Folders come before what is in them.
 */
export async function unchangedPackagedEtc(): Promise<readonly string[]> {
  const listed = await listedInEtc()
  const checksums = await conffileChecksums()
  const kept: string[] = []
  for (const file of listed) {
    const stats = await lstat(file).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
    if (stats === undefined) continue
    if (stats.isDirectory()) {
      if ((stats.mode & 0o005) === 0o005) kept.push(file)
    } else if (stats.isSymbolicLink()) kept.push(file)
    else if (stats.isFile() && (stats.mode & 0o004) !== 0 && checksums.get(file) === (await md5(file))) kept.push(file)
  }
  return kept
}

async function listedInEtc(): Promise<readonly string[]> {
  const info = path.join(DPKG, 'info')
  const names = await readdir(info).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const listed = new Set<string>()
  for (const name of names.filter((each) => each.endsWith('.list'))) {
    const lines = (await readFile(path.join(info, name), 'utf8')).split('\n')
    for (const line of lines) if (line.startsWith('/etc/')) listed.add(line)
  }
  return [...listed].sort()
}

/** The field `Conffiles` of the status file: lines ` /etc/name md5 [obsolete]`. */
async function conffileChecksums(): Promise<ReadonlyMap<string, string>> {
  const status = await readFile(path.join(DPKG, 'status'), 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return ''
    throw error
  })
  return new Map(
    [...status.matchAll(/^ (\/etc\/\S+) ([0-9a-f]{32})\b/gm)].map((match) => [match[1] ?? '', match[2] ?? '']),
  )
}

async function md5(file: string): Promise<string> {
  return createHash('md5')
    .update(await readFile(file))
    .digest('hex')
}
