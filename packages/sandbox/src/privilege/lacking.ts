import { idCount } from '../layout/layout.ts'

/** Consecutive ids of the machine that belong to a user. */
export interface IdRange {
  readonly first: number
  readonly count: number
}

/** What a machine gives an ordinary user for sandboxes. */
export interface UserFacts {
  readonly name: string
  /** Why no user namespace can be made; undefined: it can. */
  readonly namespaces: string | undefined
  /** Why no merged file system can be mounted in one; undefined: it can. */
  readonly overlay: string | undefined
  /** Settings of the kernel that forbid it, as `NAME=VALUE`. */
  readonly restrictions: readonly string[]
  readonly hasNewuidmap: boolean
  readonly userIds: readonly IdRange[]
  readonly groupIds: readonly IdRange[]
}

/** Something that is missing for an ordinary user's sandboxes. */
export interface Lack {
  readonly what: string
  /** A line to paste. */
  readonly fix: string
}

/** All that is missing, what comes first first. */
export function lackingFor(facts: UserFacts): readonly Lack[] {
  const lacks: Lack[] = []
  if (!facts.hasNewuidmap)
    lacks.push({
      what: 'newuidmap and newgidmap are missing; they map the subordinate ids of a user',
      fix: 'sudo apt-get install uidmap',
    })
  const enough = [facts.userIds, facts.groupIds].every((ranges) => rangeFor(ranges) !== undefined)
  // In both files at once, and where nobody else has them: beyond all that useradd gives.
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

/** The range that sandboxes get; undefined: none is long enough. */
export function rangeFor(ranges: readonly IdRange[]): IdRange | undefined {
  return ranges.find(({ count }) => count >= idCount)
}

/** The other value of a switch. */
function lifted(setting: string): string {
  const [name, value] = setting.split('=')
  return `${name}=${value === '0' ? 1 : 0}`
}
