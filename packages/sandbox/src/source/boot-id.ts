import { readFile } from 'node:fs/promises'

/** Names the time from one start of the machine to the next: what was written before may not have reached the disk. */
export async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}
