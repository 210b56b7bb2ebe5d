import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { until } from '@harmont/test-kit/until'

export interface DockerDaemon {
  /** Address of the daemon for the client, and PATH. */
  readonly env: Readonly<Record<string, string>>
  /** Ends the daemon and its containers. */
  stop(): Promise<void>
}

/**
 * Starts Debian's Docker with all its files below the directory, and no network. Throws if Docker
 * ends before it responds.
 */
export async function startDocker(directory: string): Promise<DockerDaemon> {
  mkdirSync(directory, { recursive: true })
  const socket = join(directory, 'socket')
  const places = ['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')]
  const networks = ['--iptables=false', '--ip6tables=false', '--ip-forward=false', '--bridge=none']
  const line = [...places, '--host', `unix://${socket}`, '--pidfile', join(directory, 'pid'), ...networks]
  const daemon = spawn('dockerd', line, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let said = ''
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4_000)))
  await until(() => {
    if (daemon.exitCode !== null) throw new Error(`dockerd does not answer: ${said}`)
    return answers(socket)
  })
  return {
    env: { PATH: process.env.PATH ?? '', DOCKER_HOST: `unix://${socket}` },
    async stop() {
      const ended = once(daemon, 'exit')
      daemon.kill('SIGTERM')
      await ended
      for (const path of mountsBelow(directory)) execFileSync('umount', [path])
    },
  }
}

/** Unmounts the mounts that a daemon left, newest first. */
function mountsBelow(directory: string): string[] {
  const paths = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  return paths.filter((path) => path.startsWith(`${directory}/`)).reverse()
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false // Not yet: startDocker gives up after a while.
  } finally {
    socket.destroy()
  }
}
