import { join } from 'node:path'
import { writeArchives } from './base-image.ts'
import { type Command, firstLineScript, firstWord, logScript, output, toBytes, toWord, whole } from './commands.ts'
import type { Opened } from './peer.ts'

/**
 * Builds the images `bench/base` and `bench/large` for `docker` or `podman`, with these options.
 */
export async function makeImages(folder: string, program: string): Promise<void> {
  const { base, large } = await writeArchives(folder)
  const script = [
    `${program} import ${base} bench/base`,
    `${program} import ${large} bench/large`,
    `rm ${base} ${large}`,
  ]
  await output({ folder, line: ['sh', '-ec', script.join('\n')] })
}

/** Benchmarks that run each step in a container, started two at a time by xargs. */
export function containerWorks(program: string): Opened['works'] {
  const run = `${program} run --rm --network none`
  const shell = (folder: string, script: string): Command => ({ folder, line: ['sh', '-c', script] })
  const times = (count: number, rest: string) => async (at: string) =>
    whole(shell(at, `seq ${count} | xargs -P 2 -I N ${run} ${rest}`))
  return {
    one: times(1, 'bench/base true'),
    hundred: times(100, 'bench/base true'),
    thousand: times(1_000, 'bench/base true'),
    forks: times(10, 'bench/large sh -c ": >/data/own"'),
    firstLine: async (at) => toWord(firstWord, shell(at, `${run} bench/base ${firstLineScript}`)),
    log: async (at) => toBytes(shell(at, `${run} bench/base sh -c '${logScript}'`)),
  }
}

/**
 * Returns the command line of podman with all its state below a folder. crun refuses the hybrid
 * control groups of machines such as CI's.
 */
export function podmanBelow(folder: string): string {
  const at = (name: string) => join(folder, name)
  return `podman --root ${at('podman')} --runroot ${at('podman-run')} --cgroup-manager cgroupfs --storage-driver overlay --runtime runc`
}
