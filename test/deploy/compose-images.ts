/**
 * Builds the images that the compose file and the Dockerfile name from Debian packages, because no
 * image registry is reachable.
 */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { claimAlone } from '@harmont/test-kit/claim'
import { repositoryRoot } from '../../scripts/server-process.ts'
import { bootstrapDebian } from '../outside/bootstrap-debian.ts'
import { type Podman, startPodman } from './podman.ts'

const certificates = '/etc/ssl/certs/ca-certificates.crt'

/** Acts like the entry point of the image `postgres`, for the used variables and volume. */
const startPostgres = `#!/bin/sh
set -e
data=/var/lib/postgresql/data
if [ "$(id -u)" = 0 ]; then
  mkdir -p $data /run/postgresql
  chown postgres:postgres $data /run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0"
fi
if [ ! -s $data/PG_VERSION ]; then
  echo "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata=$data --username="$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust --no-sync
  echo 'host all all all scram-sha-256' >>$data/pg_hba.conf
  echo "create database $POSTGRES_USER" | postgres --single -D $data postgres
fi
exec postgres -D $data -c 'listen_addresses=*'
`

const postgres = `FROM localhost/services
COPY --chmod=755 start-postgres /usr/local/bin/start-postgres
ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin
STOPSIGNAL SIGINT
ENTRYPOINT ["start-postgres"]
`

const caddy = `FROM localhost/services
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
`

/** An image with the certificates of this machine, which npm needs to reach its registry. */
const node = `FROM localhost/debian:trixie-slim
COPY local /usr/local
ENV NODE_EXTRA_CA_CERTS=/usr/local/lib/machine.crt
`

/** Builds the images that the storage lacks, which later runs reuse, and the image of this tree. */
export async function makeImages(storage: string): Promise<void> {
  const release = await claimAlone('deploy-images')
  const folder = mkdtempSync(join(tmpdir(), 'harmont-images-'))
  const podman = await startPodman(storage, 'host')
  try {
    const build = (name: string, ...line: readonly string[]) =>
      podman.run('podman', 'build', '--quiet', '--network=host', '--pull=never', `--tag=${name}`, ...line)
    if (!(await hasImage(podman, 'docker.io/library/caddy:2'))) {
      await bootstrap(podman, folder, 'localhost/debian:trixie-slim')
      await bootstrap(podman, folder, 'localhost/services', '--include=postgresql-17,caddy,wget,ca-certificates')
      await build('localhost/node:24-trixie-slim', contextOf(folder, node, putNode))
      const putStart = (place: string) => writeFileSync(join(place, 'start-postgres'), startPostgres)
      await build('docker.io/library/postgres:18', contextOf(folder, postgres, putStart))
      await build('docker.io/library/caddy:2', contextOf(folder, caddy))
    }
    const dockerfile = join(repositoryRoot, 'deploy/image/Dockerfile')
    await build('harmont/harmont:0.1.0', `--file=${dockerfile}`, repositoryRoot)
  } finally {
    await podman.stop()
    rmSync(folder, { recursive: true })
    release()
  }
}

export async function hasImage(podman: Podman, name: string): Promise<boolean> {
  return (await podman.run('podman', 'images', '--quiet', name)).trim() !== ''
}

/** Builds an image from Debian packages. `more` has further options of mmdebstrap. */
export async function bootstrap(
  podman: Podman,
  folder: string,
  name: string,
  ...more: readonly string[]
): Promise<void> {
  const tar = join(folder, 'root.tar')
  const line = ['--quiet', '--variant=minbase', '--mode=root', ...more, 'trixie', tar]
  bootstrapDebian(...line)
  await podman.run('podman', 'import', '--quiet', tar, name)
}

/** Creates a folder with a Dockerfile to build from. */
function contextOf(folder: string, dockerfile: string, fill: (place: string) => void = () => undefined): string {
  const place = mkdtempSync(join(folder, 'context-'))
  writeFileSync(join(place, 'Dockerfile'), dockerfile)
  fill(place)
  return place
}

/** Puts the Node.js of this process, and the npm of this machine, below `local`. */
function putNode(place: string): void {
  const local = join(place, 'local')
  for (const part of ['bin', 'lib/node_modules']) mkdirSync(join(local, part), { recursive: true })
  copyFileSync(realpathSync(process.execPath), join(local, 'bin/node'))
  const npm = realpathSync(execFileSync('which', ['npm'], { encoding: 'utf8' }).trim())
  cpSync(dirname(dirname(npm)), join(local, 'lib/node_modules/npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'))
  if (existsSync(certificates)) copyFileSync(certificates, join(local, 'lib/machine.crt'))
}
