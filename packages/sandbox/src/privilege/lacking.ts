import { idCount } from '../layout/layout.ts'

/** Consecutive ids of the machine that belong to a user. */
export interface IdRange {
  readonly first: number
  readonly count: number
}

/** What a machine provides for an ordinary user's sandboxes. */
export interface UserFacts {
  readonly name: string
  /** Why no user namespace can be made; undefined if it can. */
  readonly namespaces: string | undefined
  /** Why no overlay can be mounted in one; undefined if it can. */
  readonly overlay: string | undefined
  /** Kernel settings that forbid it, as `NAME=VALUE`. */
  readonly restrictions: readonly string[]
  readonly hasNewuidmap: boolean
  readonly userIds: readonly IdRange[]
  readonly groupIds: readonly IdRange[]
}

/** Something missing for an ordinary user's sandboxes. */
export interface Lack {
  readonly what: string
  /** A command line to paste. */
  readonly fix: string
}

/** Lists what is missing, in the order to fix it. */
export function lackingFor(facts: UserFacts): readonly Lack[] {
  const lacks: Lack[] = []
  if (!facts.hasNewuidmap)
    lacks.push({
      what: 'newuidmap and newgidmap are missing; they map the subordinate ids of a user',
      fix: 'sudo apt-get install uidmap',
    })
  const enough = [facts.userIds, facts.groupIds].every((ranges) => rangeFor(ranges) !== undefined)
  // The same ids in both files, beyond those that useradd assigns.
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

/** Returns the range for sandboxes; undefined if none is long enough. */
export function rangeFor(ranges: readonly IdRange[]): IdRange | undefined {
  return ranges.find(({ count }) => count >= idCount)
}

/** Returns the setting with the opposite value. */
function lifted(setting: string): string {
  const [name, value] = setting.split('=')
  return `${name}=${value === '0' ? 1 : 0}`
}
