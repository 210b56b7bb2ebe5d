/**
 * PostgreSQL 17 and Valkey from Debian's packages, as images that start them. Both are one OCI
 * layout with one layer.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { claimAlone } from '@harmont/test-kit/claim'
import { bootstrapDebian } from './bootstrap-debian.ts'
import { makeIfStale } from './kept-folder.ts'

/** Belongs to this user, who may have no name. Others may not enter it. */
const kept = `/var/tmp/harmont-test-services-${process.getuid?.()}`
/** Age at which they are made anew, with Debian's updates. */
const keptForMs = 30 * 24 * 60 * 60 * 1000

/** Names of the images in a store. */
export const serviceImages = {
  /**
   * Starts as root and continues as `postgres`, like the official image. Trusts all connections.
   * Keeps its files in /data, stops on SIGINT, and exposes its port.
   */
  postgres: 'test/postgres:17',
  /** Runs as the user `valkey`, and exposes its port. */
  valkey: 'test/valkey:8',
} as const

interface Store {
  list(): Promise<readonly { readonly name: string; readonly at: Date }[]>
  importImage(name: string, source: string): Promise<unknown>
}

/** Makes the images unless they are kept from an earlier run. Takes half a minute. */
export function makeServiceImages(): Promise<void> {
  return alone(() => makeIfStale(kept, keptForMs, make))
}

/** Imports the images into a store that lacks them, and makes them first if need be. */
export function importServiceImages(store: Store): Promise<void> {
  return alone(async () => {
    makeIfStale(kept, keptForMs, make)
    const known = new Map((await store.list()).map(({ name, at }) => [name, at.getTime()]))
    for (const [tag, name] of Object.entries(serviceImages))
      if ((known.get(name) ?? 0) < statSync(kept).mtimeMs)
        await store.importImage(name, `oci:${join(kept, 'layout')}:${tag}`)
  })
}

async function alone(work: () => void | Promise<void>): Promise<void> {
  const release = await claimAlone(`service-images-${process.getuid?.()}`)
  try {
    await work()
  } finally {
    release()
  }
}

const startPostgres = `#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  mkdir -p /data /run/postgresql
  chown postgres:postgres /data /run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0"
fi
if [ ! -s /data/PG_VERSION ]; then
  initdb --pgdata=/data --auth=trust --no-sync
  echo 'host all all all trust' >>/data/pg_hba.conf
fi
exec postgres -D /data -c 'listen_addresses=*'
`

function make(folder: string): void {
  const layout = join(folder, 'layout')
  const tar = join(folder, 'rootfs.tar')
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const packages = '--include=postgresql-17,valkey-server'
  bootstrapDebian('--variant=apt', packages, 'stable', tar, 'http://deb.debian.org/debian')
  const added = join(folder, 'bin')
  mkdirSync(added)
  writeFileSync(join(added, 'start-postgres'), startPostgres)
  chmodSync(join(added, 'start-postgres'), 0o755)
  run('umoci', 'init', '--layout', layout)
  const image = (tag: string) => ['--image', `${layout}:${tag}`]
  run('umoci', 'new', ...image('base'))
  run('umoci', 'raw', 'add-layer', ...image('base'), tar)
  run('umoci', 'insert', ...image('base'), join(added, 'start-postgres'), '/usr/local/bin/start-postgres')
  rmSync(tar)
  const path = 'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin'
  const config = (tag: string, ...settings: string[]) =>
    run('umoci', 'config', ...image('base'), '--tag', tag, '--config.env', path, ...settings)
  config(
    'postgres',
    ...['--config.entrypoint', 'start-postgres', '--config.exposedports', '5432/tcp', '--config.stopsignal', 'SIGINT'],
  )
  config(
    'valkey',
    ...['valkey-server', '--bind', '*', '--protected-mode', 'no'].flatMap((word) => ['--config.entrypoint', word]),
    ...['--config.exposedports', '6379/tcp', '--config.user', 'valkey', '--config.workingdir', '/var/lib/valkey'],
  )
}
