/**
 * A Debian machine: a container with systemd as its first process and this tree in /opt/harmont.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { claimAlone } from '@harmont/test-kit/claim'
import { repositoryRoot } from '../../scripts/server-process.ts'
import { productPackages } from '../../scripts/system-packages.ts'
import { bootstrap, hasImage } from './compose-images.ts'
import { ownGroups, podmanStorage, startPodman } from './podman.ts'

const image = 'localhost/systemd'
const name = 'harmont-systemd'
const packages = [...productPackages.map((each) => each.name), 'systemd-sysv', 'postgresql', 'ca-certificates', 'curl']

export interface Machine {
  /** Runs shell text on the machine as root. Returns its output. */
  sh(text: string): Promise<string>
  stop(): Promise<void>
}

export async function startMachine(): Promise<Machine> {
  await makeImage()
  const podman = await startPodman(podmanStorage, 'own')
  const remove = () => podman.run('podman', 'rm', '--force', '--volumes', '--time', '10', name)
  // Removes a machine that a killed run left.
  await remove()
  const volumes = [`${repositoryRoot}:/opt/harmont:ro`, '/var/lib', ...(await ownGroups(podman, name))]
  await podman.run(
    ...(['podman', 'run', '--detach', '--name', name, '--privileged', '--systemd=always'] as const),
    ...['--cgroupns=private', '--shm-size=2g', ...volumes.flatMap((volume) => ['--volume', volume])],
    ...[image, '/lib/systemd/systemd'],
  )
  const sh = (text: string) => podman.run('podman', 'exec', name, 'sh', '-ec', text)
  // The state may be `degraded`, because a container loads no kernel modules.
  await sh("until systemctl is-system-running | grep -E 'running|degraded'; do sleep 0.2; done")
  return {
    sh,
    async stop() {
      await remove()
      await podman.stop()
    },
  }
}

/** Builds the image if it is missing. Later runs reuse it. */
async function makeImage(): Promise<void> {
  const release = await claimAlone('deploy-images')
  const folder = mkdtempSync(join(tmpdir(), 'harmont-machine-'))
  const podman = await startPodman(podmanStorage, 'host')
  try {
    if (!(await hasImage(podman, image))) await bootstrap(podman, folder, image, `--include=${packages.join(',')}`)
  } finally {
    await podman.stop()
    rmSync(folder, { recursive: true })
    release()
  }
}
