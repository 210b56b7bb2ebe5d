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

/** What this machine gives the user of this process. Takes some milliseconds: namespaces are tried. */
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

/** The ids beside its own that are this user's. */
export function ownRanges(): Pick<UserFacts, 'userIds' | 'groupIds'> {
  const owners = [ownName(), String(process.getuid?.())]
  return { userIds: rangesOf(owners, '/etc/subuid'), groupIds: rangesOf(owners, '/etc/subgid') }
}

/** Its number where no account has that. */
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
    // What root of the namespace made is the user's own, but for the mode of overlayfs's work directory.
    await refusal('chmod', ['-R', 'u+rwX', '.'], directory)
    rmSync(directory, { recursive: true, force: true })
  }
}

/** What a program says when it fails; undefined when it does not. */
async function refusal(program: string, args: readonly string[], cwd = '/'): Promise<string | undefined> {
  try {
    await run(program, args, { timeout: 3000, killSignal: 'SIGKILL', cwd })
    return undefined
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    return said.split('\n').at(-1) || (error instanceof Error ? error.message : String(error))
  }
}

/** The ids that a file of subordinate ids gives to a user, by name or by number. */
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
      return false // Absent, or not for us: both mean no.
    }
  })
}
