import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { footing } from '@harmont/sandbox/ordinary'
import type { UserFacts } from './judge-user.ts'

const run = promisify(execFile)

/** Undefined for root. */
export async function gatherUser(env: Readonly<Record<string, string | undefined>>): Promise<UserFacts | undefined> {
  if (footing.kind === 'root') return undefined
  return {
    // In a namespace its own id has root's name.
    name: env.USER ?? env.LOGNAME ?? String(footing.kind === 'mapped' ? footing.user : process.getuid?.()),
    isMapped: footing.kind === 'mapped',
    hasDocker: await hasDocker(),
  }
}

async function hasDocker(): Promise<boolean> {
  try {
    await run('docker', ['version', '--format={{.Server.Version}}'], { timeout: 3000, killSignal: 'SIGKILL' })
    return true
  } catch {
    return false // There is none, or it does not answer this user: both mean no.
  }
}
