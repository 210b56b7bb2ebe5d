/** The machine's ends of the sandboxes' links. */
import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from '../system/processes.ts'

/** Returns the links of a directory. */
export function linksOf(number: number): readonly string[] {
  return linkNames().filter((name) => name.startsWith(`hm${number}-`))
}

/** Returns the names of all links. Not read from /sys, which may show another network namespace. */
export function linkNames(): readonly string[] {
  const lines = readFileSync('/proc/net/dev', 'latin1').split('\n')
  return lines.map((line) => line.split(':')[0]?.trim() ?? '')
}

/**
 * Waits until a link is removed from this machine, after the last process of its namespace has
 * ended.
 */
export async function waitForLinkGone(link: string): Promise<void> {
  // The kernel removes links itself, many at a time [20 ms]. Calling `ip` for each link takes
  // longer and waits for the same locks.
  for (let attempt = 0; attempt < 50; attempt++) {
    if (!existsSync(`/sys/class/net/${link}`)) return
    await sleep(10)
  }
  await removeLink(link)
}

export async function removeLink(link: string): Promise<void> {
  try {
    await run('ip', ['link', 'delete', link])
  } catch (error) {
    if (!(error instanceof Error && /Cannot find device|No such device/.test(error.message))) throw error
  }
}
