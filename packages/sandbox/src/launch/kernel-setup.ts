import { statfsSync, writeFileSync } from 'node:fs'
import { type Layout, sandboxFiles } from '../layout/layout.ts'
import { gatewayHardware } from '../network/address-block.ts'
import type { NetworkSlot } from '../network/network-slot.ts'
import { idCount } from '../privilege/id-ranges.ts'
import type { KernelThread } from '../system/kernel/kernel-thread.ts'
import type { Uplink } from '../system/kernel/links.ts'
import type { MountCall } from '../system/kernel/mount-call.ts'
import type { LauncherSetup } from './launcher.ts'
import { staged } from './mounts.ts'

/**
 * The monitor keeps running on a full disk if this much of its spool is reserved; see running.ts.
 */
const reservedSpoolBytes = 1024 * 1024
const leastFreeBytes = 4 * 1024 * 1024

/** Above all ids of people, below those of sandboxes. */
const firstOwner = 0x4000_0000

/** Sets up launchers from a thread of this process; without that thread, launcher.sh does so. */
export class KernelSetup implements LauncherSetup {
  readonly #layout: Layout
  readonly #kernel: KernelThread

  constructor(layout: Layout, kernel: KernelThread) {
    this.#layout = layout
    this.#kernel = kernel
  }

  prepare(process: string, { pid, network, rootId }: Parameters<LauncherSetup['prepare']>[1]): Promise<void> {
    // The kernel counts timers, pending signals and queued bytes per owner of a user namespace. If
    // sandboxes shared an owner, one of them could exhaust these for all others and for the
    // machine's root. The process id makes the owner unique.
    const users = { owner: firstOwner + pid, idMap: `0 ${rootId} ${idCount}`, place: staged.user }
    return this.#kernel.ask('prepare', {
      process,
      users,
      links: network.mode === 'host' ? undefined : { uplink: uplinkOf(network) },
    })
  }

  async mount(process: string, id: string, mounts: readonly MountCall[]): Promise<void> {
    const { directory, spool, spoolReserved } = sandboxFiles(this.#layout.sandboxes, id)
    const reservation = { path: spool, length: reservedSpoolBytes }
    const isReserved = await this.#kernel.ask('mount', { process, directory: this.#layout.root, mounts, reservation })
    if (isReserved) writeFileSync(spoolReserved, '')
    else requireRoom(directory)
  }
}

/**
 * Throws if the disk is full. If it fills up later, the missing output is detected at the command's
 * end.
 */
function requireRoom(directory: string): void {
  const { bavail, bsize } = statfsSync(directory)
  if (bavail * bsize < leastFreeBytes) throw new Error('No space left on device')
}

function uplinkOf({ link, address, gateway }: NetworkSlot): Uplink | undefined {
  if (link === null || address === null || gateway === null) return undefined
  return { peer: link, address, gateway, hardware: gatewayHardware }
}
