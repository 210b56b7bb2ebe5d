import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { RuntimeName } from '../../src/launch/runtimes/index.ts'
import { privilegeMode } from '../../src/privilege/privilege-mode.ts'
import type { Limits, NetworkMode, Sandbox } from '../../src/sandbox-driver.ts'
import { Bench, firstOutput } from '../bench.ts'
import { openDriver } from '../test-driver.ts'
import { type Attempt, type Seen, type Verdict, verdictOn } from './attempt.ts'
import { takeOff } from './control.ts'
import type { Protection } from './protections.ts'
import { runAttempts } from './run-attempts.ts'
import { makeWorld, type World } from './world.ts'

/** A driver surrounded by a world to attack. */
export class Stage {
  readonly bench: Bench
  readonly world: World
  private readonly root: string
  /** The snapshot that sandboxes start from. */
  readonly base: string
  private env: Readonly<Record<string, string>> = {}

  private constructor(parts: Pick<Stage, 'bench' | 'world' | 'base'> & { root: string }) {
    this.bench = parts.bench
    this.world = parts.world
    this.root = parts.root
    this.base = parts.base
  }

  /** @param withLan for attempts over the network; one at a time on a machine. */
  static async open(runtime: RuntimeName, withLan: boolean): Promise<Stage> {
    const root = await mkdtemp('/var/tmp/harmont-attacks-')
    const directory = join(root, 'driver')
    const bench = await Bench.open(await openDriver(directory, { runtime }), 'host', directory)
    const base = (await bench.step('mkdir -p /opt/kept /opt/shown; echo "as it was" >/opt/kept/file')).id
    const world = await makeWorld(directory, join(directory, 'snapshots', base, 'layer'), withLan)
    const stage = new Stage({ bench, world, root, base })
    if (withLan) stage.env = await stage.addNeighbour()
    return stage
  }

  /** A sandbox with the secret in a file and behind a port. */
  private async addNeighbour(): Promise<Record<string, string>> {
    const { secret } = this.world
    const { running } = await this.bench.start(
      `echo ${secret} >private; hostname -I; exec python3 -c '
import socket
s = socket.create_server(("0.0.0.0", 8000))
while True: s.accept()[0].sendall(b"${secret}")'`,
      { network: 'egress', deadlineMs: 600_000 },
    )
    const other = (await firstOutput(running)).trim()
    const machine = Object.values(networkInterfaces()).flatMap((entries) =>
      (entries ?? []).flatMap(({ family, address }) => (family === 'IPv4' ? [address] : [])),
    )
    // The gateway is the first address of the directory's range.
    const gateway = other.replace(/\.\d+$/, '.1')
    return { OTHER: other, OTHER_PORT: '8000', GATEWAY: gateway, ADDRESSES: [...machine, gateway].join(' ') }
  }

  sandbox(network: NetworkMode, limits: Partial<Limits> = {}, snapshot = this.base): Promise<Sandbox> {
    return this.bench.driver.create({
      id: `attack-${randomUUID()}`,
      label: {},
      base: { snapshot },
      limits: { cpu: 2, memoryBytes: 1 << 29, diskBytes: 1 << 30, pids: 512, ...limits },
      network,
      readOnlyMounts: [{ source: this.world.shown, target: '/opt/shown' }],
    })
  }

  takeOff(sandbox: Sandbox, protections: readonly Protection[]): Promise<void> {
    return takeOff(sandbox, protections, { ...this.world, machine: process.pid }, this.root)
  }

  /**
   * Makes the attempts in one sandbox without some of its protections, and returns the result of
   * each. Undoes their effects.
   */
  async attempt(
    attempts: readonly Attempt[],
    network: 'none' | 'egress',
    without: readonly Protection[] = [],
  ): Promise<readonly Verdict[]> {
    const sandbox = await this.sandbox(without.includes('network namespace') ? 'host' : network)
    if (without.length > 0) await this.takeOff(sandbox, without)
    const seen = await runAttempts(sandbox, attempts, this.world, this.env)
    const verdicts = attempts.map((attempt, index) => verdictOn(attempt, this.world, seen[index] as Seen))
    for (const [index, attempt] of attempts.entries()) {
      // Only root may write existing files.
      if (privilegeMode.kind === 'mapped' && verdicts[index] !== 'succeeds') continue
      await attempt.restore?.(this.world, seen[index] as Seen)
    }
    await sandbox.destroy()
    return verdicts
  }

  async close(): Promise<void> {
    await this.bench.destroyAll()
    await this.bench.driver.close()
    await this.world.close()
    await rm(this.root, { recursive: true, force: true })
  }
}

/**
 * Groups attempts that one control run covers, because the same protections are removed. Omits
 * those without a target in this kernel.
 */
export function controlRuns(
  attempts: readonly Attempt[],
): readonly [title: string, without: readonly Protection[], attempts: readonly Attempt[]][] {
  const groups = Map.groupBy(attempts.filter(isPossible), ({ stoppedBy }) => stoppedBy.toSorted().join(', '))
  return [...groups].map(([title, group]) => [title, group[0]?.stoppedBy ?? [], group])
}

/** Returns whether this machine's kernel has the attempt's target. */
function isPossible({ needs }: Attempt): boolean {
  return needs === undefined || existsSync(needs)
}
