/** An image like `debian:stable-slim`, made from Debian's own packages, as an OCI layout. */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { claimAlone } from '@harmont/test-kit/claim'
import { bootstrapDebian } from './bootstrap-debian.ts'
import { makeIfStale } from './kept-folder.ts'

/** Belongs to this user, who may have no name. Others may not enter it. */
const kept = `/var/tmp/harmont-test-debian-slim-${process.getuid?.()}`
/** Age at which it is made anew, because `apt-get install` replaces more and more of it. */
const keptForMs = 14 * 24 * 60 * 60 * 1000
const tag = 'stable'

/**
 * Returns the layout's reference for skopeo, `oci:DIR:TAG`. Takes about ten seconds on a machine
 * that has made none recently.
 */
export async function debianImage(): Promise<string> {
  await makeDebian()
  return `oci:${join(kept, 'layout')}:${tag}`
}

/** Returns the path of its files, a compressed tar. */
export async function debianFiles(): Promise<string> {
  await makeDebian()
  const blob = (digest: string) => join(kept, 'layout/blobs', digest.replace(':', '/'))
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'))
  const { manifests } = read(join(kept, 'layout/index.json')) as { readonly manifests: readonly Descriptor[] }
  const { layers } = read(blob(manifests[0]?.digest ?? '')) as { readonly layers: readonly Descriptor[] }
  return blob(layers[0]?.digest ?? '')
}

interface Descriptor {
  readonly digest: string
}

async function makeDebian(): Promise<void> {
  const release = await claimAlone(`debian-image-${process.getuid?.()}`)
  try {
    makeIfStale(kept, keptForMs, make)
  } finally {
    release()
  }
}

function make(folder: string): void {
  const layout = join(folder, 'layout')
  const image = `${layout}:${tag}`
  const tar = join(folder, 'rootfs.tar')
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  bootstrapDebian('--variant=minbase', 'stable', tar, 'http://deb.debian.org/debian')
  run('umoci', 'init', '--layout', layout)
  run('umoci', 'new', '--image', image)
  run('umoci', 'raw', 'add-layer', '--image', image, tar)
  rmSync(tar)
  run(
    'umoci',
    'config',
    '--image',
    image,
    '--config.env',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  )
}
