/**
 * Ceph's S3 from Debian's packages: a monitor, an object server that keeps everything in memory, and
 * a gateway. The gateway alone, on its own `dbstore`, reads ranges and stores parts wrongly.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { reservePort } from '@harmont/test-kit/port'
import { until } from '@harmont/test-kit/until'

export interface Ceph {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  stop(): Promise<void>
}

/** The class modules of the object server are looked up relative to this. */
const cwd = '/'
const run = (program: string, ...args: readonly string[]) => promisify(execFile)(program, args, { cwd })

/** Starts it in an empty folder, which gets some megabytes. It ends with this process. */
export async function startCeph(folder: string): Promise<Ceph> {
  const place = { folder, fsid: randomUUID(), monitor: await reservePort(), gateway: await reservePort() }
  const at = ['--conf', join(folder, 'ceph.conf')]
  const [monmap, osdmap, keyring] = ['monmap', 'osdmap', 'keyring'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await writeFile(join(folder, 'ceph.conf'), settings(place))
  for (const name of ['mon', 'osd']) await mkdir(join(folder, name))
  await run(
    'monmaptool',
    ...at,
    '--create',
    '--fsid',
    place.fsid,
    '--addv',
    'a',
    `[v2:127.0.0.1:${place.monitor}]`,
    monmap,
  )
  await run('osdmaptool', ...at, '--createsimple', '1', osdmap)
  await makeKeys(keyring)
  await run('ceph-mon', ...at, '--mkfs', '--id', 'a', '--monmap', monmap, '--osdmap', osdmap, '--keyring', keyring)
  const daemons: ChildProcess[] = []
  const start = (program: string, ...args: readonly string[]) =>
    daemons.push(startDaemon(program, [...at, ...args], folder))
  start('ceph-mon', '--id', 'a')
  await run('ceph-osd', ...at, '--id', '0', '--mkfs', '--osd-uuid', randomUUID())
  start('ceph-osd', '--id', '0')
  const keys = { accessKeyId: randomBytes(10).toString('hex'), secretAccessKey: randomBytes(20).toString('hex') }
  const user = [
    '--uid=test',
    '--display-name=test',
    `--access-key=${keys.accessKeyId}`,
    `--secret=${keys.secretAccessKey}`,
  ]
  await run('radosgw-admin', ...at, 'user', 'create', ...user)
  start('radosgw', '--name', 'client.admin')
  const endpoint = `http://127.0.0.1:${place.gateway}`
  await until(async () => {
    if (daemons.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null))
      throw new Error(`a process of Ceph ended:\n${(await readFile(join(folder, 'log'), 'utf8')).slice(-4000)}`)
    return fetch(endpoint).then(
      ({ ok }) => ok,
      () => false,
    )
  })
  return {
    ...keys,
    endpoint,
    async stop() {
      for (const daemon of daemons.toReversed()) {
        const ended = once(daemon, 'exit')
        daemon.kill('SIGKILL')
        await ended
      }
    },
  }
}

function startDaemon(program: string, args: readonly string[], folder: string): ChildProcess {
  // The kernel ends it with its starter, however that ends.
  const command = `exec setpriv --pdeathsig KILL "$@" -f >>"$LOG" 2>&1`
  const env = { ...process.env, LOG: join(folder, 'log') }
  return spawn('sh', ['-c', command, 'sh', program, ...args], { cwd, env, stdio: 'ignore' })
}

async function makeKeys(keyring: string): Promise<void> {
  const all = 'allow *'
  const caps = {
    'mon.': { mon: all },
    'client.admin': { mon: all, osd: all },
    'osd.0': { mon: 'allow profile osd', osd: all },
  }
  await run('ceph-authtool', '--create-keyring', keyring)
  for (const [name, rights] of Object.entries(caps)) {
    const given = Object.entries(rights).flatMap(([of, right]) => ['--cap', of, right])
    await run('ceph-authtool', keyring, '--gen-key', '--name', name, ...given)
  }
}

interface Place {
  readonly folder: string
  readonly fsid: string
  readonly monitor: number
  readonly gateway: number
}

/** One copy of everything, in one place, by few threads, and new maps at once. */
function settings({ folder, fsid, monitor, gateway }: Place): string {
  return `[global]
fsid = ${fsid}
mon initial members = a
mon host = v2:127.0.0.1:${monitor}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
keyring = ${folder}/keyring
mon data = ${folder}/mon
osd data = ${folder}/osd
run dir = ${folder}
crash dir = ${folder}
admin socket =
pid file =
log file =
mon cluster log to file = false
mon data avail crit = 0
mon data avail warn = 0
mon max pg per osd = 1000
mon allow pool size one = true
paxos propose interval = 0.05
paxos min wait = 0.01
osd objectstore = memstore
memstore device bytes = ${4 * 1024 ** 3}
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd crush update on start = false
osd max object name len = 2048
rgw frontends = beast endpoint=127.0.0.1:${gateway}
rgw thread pool size = 16
rgw override bucket index max shards = 1
rgw dynamic resharding = false
rgw run sync thread = false
rgw enable quota threads = false
rgw enable lc threads = false
rgw enable gc threads = false
rgw gc obj min wait = 0
`
}
