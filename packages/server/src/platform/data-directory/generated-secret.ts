import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from './sync-directory.ts'

/** 32 random bytes as base64url in a file of that name, mode 0600, made once also when several processes ask at the same time. */
export async function generatedSecret(directory: string, name: string): Promise<string> {
  const path = join(directory, name)
  const found = await readSecret(path)
  if (found !== undefined) return found
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(randomBytes(32).toString('base64url'))
    await file.sync()
    // Unlike rename, link does not replace what a faster process has put there.
    await link(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await file.close()
    await rm(draft, { force: true })
  }
  await syncDirectory(directory)
  const made = await readSecret(path)
  if (made === undefined) throw new Error(`${path} vanished while it was made`)
  return made
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
