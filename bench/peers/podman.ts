import { output } from './commands.ts'
import { containerWorks, makeImages, podmanBelow } from './containers.ts'
import type { Peer } from './peer.ts'

export const podman: Peer = {
  name: 'podman run, started by xargs',
  isolates: 'files, processes, network, limits; root inside is root outside',
  async open(folder) {
    const program = podmanBelow(folder)
    const version = (await output({ folder, line: ['podman', '--version'] })).trim()
    await makeImages(folder, program)
    return {
      version,
      works: containerWorks(program),
      async [Symbol.asyncDispose]() {
        await output({ folder, line: ['sh', '-c', `${program} rmi --all --force`] })
      },
    }
  },
}
