import { formatBytes } from '../text/bytes.ts'
import { counted } from '../text/count.ts'
import { quoteForShell } from '../text/escape.ts'
import type { Runner, RunnerKey, RunnerPool } from './queries.ts'

/** Describes the use of a pool: `2 runners connected, 3 of 8 slots in use`. */
export function poolSentence({ connected, slots, busy }: RunnerPool): string {
  if (connected === 0)
    return busy === 0 ? 'No runner is connected' : `No runner is connected; ${counted(busy, 'job')} held`
  const use = slots === 0 ? `${counted(busy, 'job')} running` : `${busy} of ${counted(slots, 'slot')} in use`
  return `${counted(connected, 'runner')} connected, ${use}`
}

/** Describes a demand for runners, as the beginning of a sentence that ends with the time. */
export function demandSentence({ jobs, labels, served }: RunnerPool['waiting'][number]): string {
  const what = `${counted(jobs, 'job')} ${jobs === 1 ? 'waits' : 'wait'} for a`
  const having = labels.length === 0 ? '' : ` with the ${labels.length === 1 ? 'label' : 'labels'} ${labels.join(', ')}`
  return served
    ? `${what} free runner${having}`
    : `${what} runner${having}, and no connected runner takes ${jobs === 1 ? 'it' : 'them'}`
}

/** Names the organizations whose jobs a runner, or the runners of a key, take. */
export function audience(organizations: Runner['organizations'], org: string): string {
  if (organizations == null) return 'all organizations'
  if (organizations.length === 0) return 'no organization'
  return organizations.length === 1 && organizations[0] === org ? 'this organization only' : organizations.join(', ')
}

/**
 * Describes the free disk space and the snapshots of a runner's machine; null until the runner has
 * reported them.
 */
export function roomSentence({
  disk_free_bytes: free,
  disk_size_bytes: size,
  snapshots,
}: Pick<Runner, 'disk_free_bytes' | 'disk_size_bytes' | 'snapshots'>): string | null {
  if (free == null || size == null) return null
  const held = snapshots == null ? '' : `, ${counted(snapshots, 'snapshot')}`
  return `${formatBytes(free)} of ${formatBytes(size)} free${held}`
}

/** Whether so little of the disk is free that jobs may soon wait for space. */
export function isShortOfDisk({
  disk_free_bytes: free,
  disk_size_bytes: size,
}: Pick<Runner, 'disk_free_bytes' | 'disk_size_bytes'>): boolean {
  return free != null && size != null && free < size / 10
}

/** Returns how many runners have joined with a key. */
export function usesOf({ used, uses }: Pick<RunnerKey, 'used' | 'uses'>): string {
  return uses == null ? `${counted(used, 'runner')} joined` : `${used} of ${counted(uses, 'runner')} joined`
}

/** Returns the commands that start a runner on another machine, in a checkout of this release. */
export function runnerCommands(
  origin: string,
  key: string,
): readonly { readonly does: string; readonly text: string }[] {
  return [
    { does: 'install the packages', text: 'npm install' },
    {
      does: 'join and take jobs',
      text: `HARMONT_SERVER_URL=${quoteForShell(origin)} HARMONT_RUNNER_KEY=${quoteForShell(key)} \\\n  HARMONT_DATA_DIR=/var/lib/harmont-runner npm start -- --role runner`,
    },
  ]
}

/**
 * Whether runners elsewhere can use this address: they accept https, or http on the same machine.
 */
export function isReachable(origin: string): boolean {
  const { protocol, hostname } = new URL(origin)
  return protocol === 'https:' || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
