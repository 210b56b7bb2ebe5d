import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { readIfPresent } from '../system/files.ts'
import { isProgram } from '../system/machine.ts'
import { run } from '../system/processes.ts'
import { idCount } from './id-ranges.ts'

/** Consecutive ids of the machine that belong to a user. */
export interface IdRange {
  readonly first: number
  readonly count: number
}

/** The facilities that a machine provides for an ordinary user's sandboxes. */
export interface UserFacts {
  readonly name: string
  /** The reason why no user namespace can be made; undefined if one can. */
  readonly namespaces: string | undefined
  /** The reason why no overlay can be mounted in a user namespace; undefined if one can. */
  readonly overlay: string | undefined
  /** Kernel settings that forbid user namespaces, as `NAME=VALUE`. */
  readonly restrictions: readonly string[]
  readonly hasNewuidmap: boolean
  readonly userIds: readonly IdRange[]
  readonly groupIds: readonly IdRange[]
}

/** A missing requirement of an ordinary user's sandboxes. */
export interface Lack {
  readonly what: string
  /** A command line that fixes it. */
  readonly fix: string
}

/** Lists missing requirements, in the order in which to fix them. */
export function lackingFor(facts: UserFacts): readonly Lack[] {
  const lacks: Lack[] = []
  if (!facts.hasNewuidmap)
    lacks.push({
      what: 'newuidmap and newgidmap are missing; they map the subordinate ids of a user',
      fix: 'sudo apt-get install uidmap',
    })
  const enough = [facts.userIds, facts.groupIds].every((ranges) => rangeFor(ranges) !== undefined)
  // Proposes the same ids in both files, above those that useradd assigns.
  if (!enough)
    lacks.push({
      what: `${facts.name} needs ${idCount} consecutive ids in /etc/subuid and /etc/subgid for its sandboxes`,
      fix: `sudo usermod --add-subuids ${spare} --add-subgids ${spare} ${facts.name}`,
    })
  if (facts.namespaces !== undefined)
    lacks.push({
      what: `${facts.name} cannot create user namespaces: ${facts.namespaces}`,
      fix:
        facts.restrictions.length > 0
          ? `sudo sysctl -w ${facts.restrictions.map(lifted).join(' ')}`
          : 'sudo sysctl -w user.max_user_namespaces=10000',
    })
  if (facts.overlay !== undefined)
    lacks.push({
      what: `overlays cannot be mounted in a user namespace: ${facts.overlay}`,
      fix: 'sudo modprobe overlay',
    })
  return lacks
}

const spareFirst = 1_000_000_000
const spare = `${spareFirst}-${spareFirst + idCount - 1}`

/** Returns the range for sandboxes; undefined if no range is large enough. */
export function rangeFor(ranges: readonly IdRange[]): IdRange | undefined {
  return ranges.find(({ count }) => count >= idCount)
}

/** Returns the setting with the opposite value. */
function lifted(setting: string): string {
  const [name, value] = setting.split('=')
  return `${name}=${value === '0' ? 1 : 0}`
}

/**
 * Determines the facilities that this machine provides for this user. Takes some milliseconds,
 * because it tries to make namespaces.
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

/** Returns the user's name; without an account, the user's number. */
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
    // The namespace's root makes files as this user, but overlayfs's work directory has a
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
  return (readIfPresent(file) ?? '')
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([owner = '', first, count]) => owners.includes(owner) && Number(first) > 0 && Number(count) > 0)
    .map(([, first, count]) => ({ first: Number(first), count: Number(count) }))
}

function isSet(setting: string): boolean {
  const [name = '', value] = setting.split('=')
  return (readIfPresent(`/proc/sys/${name.replaceAll('.', '/')}`) ?? '').trim() === value
}
