import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildWorks } from './buildkit.ts'
import { output } from './commands.ts'
import { containerWorks, makeImages } from './containers.ts'
import type { Opened, Peer } from './peer.ts'

export const docker: Peer = {
  name: 'docker run, started by xargs',
  isolates: 'files, processes, network, limits; root inside is root outside',
  open: (folder) =>
    withDaemon(folder, async (program, start) => ({
      version: (
        await output({ folder, line: ['sh', '-c', `${program} version --format '{{.Server.Version}}'`] })
      ).trim(),
      works: { ...containerWorks(program), start: async () => start },
    })),
}

export const buildKit: Peer = {
  name: 'BuildKit in dockerd',
  isolates: 'files, processes; network only when asked; root inside is root outside',
  open: (folder) =>
    withDaemon(folder, async (program) => ({
      version: (await output({ folder, line: ['sh', '-c', `${program} buildx version`] })).trim(),
      works: buildWorks(program),
    })),
}

type WithoutEnd = Omit<Opened, 'stays' | typeof Symbol.asyncDispose>

/** Starts a Docker daemon with its state and images below a folder. */
async function withDaemon(
  folder: string,
  use: (program: string, restart: () => Promise<number>) => Promise<WithoutEnd>,
): Promise<Opened> {
  const socket = `unix://${join(folder, 'docker.sock')}`
  const program = `/usr/bin/docker --host ${socket}`
  let daemon = await startDaemon(folder, socket, program)
  await makeImages(folder, program)
  const restart = async () => {
    await stop(daemon)
    const began = performance.now()
    daemon = await startDaemon(folder, socket, program)
    return performance.now() - began
  }
  return {
    ...(await use(program, restart)),
    stays: [daemon.pid ?? 0],
    [Symbol.asyncDispose]: () => stop(daemon),
  }
}

async function startDaemon(folder: string, socket: string, program: string): Promise<ChildProcess> {
  const at = (name: string) => join(folder, name)
  const state = ['--data-root', at('docker'), '--exec-root', at('docker-run'), '--pidfile', at('docker.pid')]
  const log = openSync(at('dockerd.log'), 'a')
  const none = ['--bridge', 'none', '--iptables=false', '--ip6tables=false']
  const daemon = spawn('/usr/sbin/dockerd', ['--host', socket, ...state, ...none], { stdio: ['ignore', log, log] })
  for (;;) {
    if (daemon.exitCode !== null) throw new Error((await readFile(at('dockerd.log'), 'utf8')).trim().slice(-500))
    try {
      await output({ folder, line: ['sh', '-c', `${program} version`] })
      return daemon
    } catch {
      // The daemon does not listen yet.
      await sleep(20)
    }
  }
}

async function stop(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return
  daemon.kill('SIGTERM')
  await once(daemon, 'exit')
}
