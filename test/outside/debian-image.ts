/** A small Debian image made from Debian's own packages, as an OCI layout. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Gives the layout's reference for skopeo, `oci:DIR:TAG`. Takes some ten seconds. */
export function makeDebianImage(folder: string): string {
  const layout = join(folder, 'layout')
  const image = `${layout}:stable`
  const tar = join(folder, 'rootfs.tar')
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  run('mmdebstrap', '--variant=apt', 'stable', tar, 'http://deb.debian.org/debian')
  run('umoci', 'init', '--layout', layout)
  run('umoci', 'new', '--image', image)
  run('umoci', 'raw', 'add-layer', '--image', image, tar)
  run(
    'umoci',
    'config',
    '--image',
    image,
    '--config.env',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  )
  return `oci:${image}`
}
