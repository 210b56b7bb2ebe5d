import { execFile } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { isAbsent } from '../system/files.ts'
import type { IdRange, UserFacts } from './lacking.ts'

const run = promisify(execFile)
const places = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin']

/**
 * Determines what this machine provides for this user. Takes some milliseconds, since it tries to
 * make namespaces.
 */
export async function userFacts(): Promise<UserFacts> {
  const namespaces = await refusal('unshare', ['--user', '--map-root-user', '--mount', 'true'])
  return {
    name: ownName(),
    namespaces,
    overlay: namespaces === undefined ? await overlayRefusal() : undefined,
    restrictions: ['kernel.unprivileged_userns_clone=0', 'kernel.apparmor_restrict_unprivileged_userns=1'].filter(
      isSet,
    ),
    hasNewuidmap: isProgram('newuidmap') && isProgram('newgidmap'),
    ...ownRanges(),
  }
}

/** Returns the subordinate ids of this user. */
export function ownRanges(): Pick<UserFacts, 'userIds' | 'groupIds'> {
  const owners = [ownName(), String(process.getuid?.())]
  return { userIds: rangesOf(owners, '/etc/subuid'), groupIds: rangesOf(owners, '/etc/subgid') }
}

/** Returns the user's name, or its number without an account. */
function ownName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}

async function overlayRefusal(): Promise<string | undefined> {
  const directory = mkdtempSync(join(tmpdir(), 'harmont-overlay-'))
  try {
    const script =
      'mkdir lower upper work merged && mount -t overlay -o userxattr,lowerdir=lower,upperdir=upper,workdir=work overlay merged && : >merged/file'
    return await refusal('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], directory)
  } finally {
    // Files made by the namespace's root belong to the user, but overlayfs's work directory has a
    // restrictive mode.
    await refusal('chmod', ['-R', 'u+rwX', '.'], directory)
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Returns the error output of a failing program; undefined if it succeeds. */
async function refusal(program: string, args: readonly string[], cwd = '/'): Promise<string | undefined> {
  try {
    await run(program, args, { timeout: 3000, killSignal: 'SIGKILL', cwd })
    return undefined
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return said.split('\n').at(-1) || (error instanceof Error ? error.message : String(error))
  }
}

/** Returns the ids that a file of subordinate ids assigns to a user, by name or number. */
function rangesOf(owners: readonly string[], file: string): readonly IdRange[] {
  return readIfThere(file)
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([owner = '', first, count]) => owners.includes(owner) && Number(first) > 0 && Number(count) > 0)
    .map(([, first, count]) => ({ first: Number(first), count: Number(count) }))
}

function isSet(setting: string): boolean {
  const [name = '', value] = setting.split('=')
  return readIfThere(`/proc/sys/${name.replaceAll('.', '/')}`).trim() === value
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isAbsent(error)) return ''
    throw error
  }
}

function isProgram(name: string): boolean {
  return places.some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false // Absent or not executable: both mean no.
    }
  })
}
