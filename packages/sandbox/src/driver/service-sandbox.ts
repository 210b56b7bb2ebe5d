import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesOf } from '../cgroups/cgroups.ts'
import { staged } from '../launch/mounts.ts'
import type { ServiceProgram } from '../launch/runtime-config.ts'
import type { Exit, Running } from '../sandbox-driver.ts'
import type { ServiceSandbox } from '../services/oci-service.ts'
import type { Starting } from '../services/readiness.ts'
import { untilConnected, untilListening } from '../services/ready-port.ts'
import { serviceProgram } from '../services/service-program.ts'
import type { ServiceRecord } from '../services/service-record.ts'
import { readIfPresent } from '../system/files.ts'
import { helperEnvironment } from '../system/machine.ts'
import { readFromView } from './read-file.ts'
import type { SandboxRecord } from './record.ts'
import { OciSandbox, type SandboxParts } from './sandbox.ts'
import type { SandboxContext } from './sandbox-context.ts'

/** Largest size, in bytes, of an image's lists of users and groups. */
const mostOfFile = 1024 * 1024

/** The sandbox of a service. Its command is the service's program. */
export class OciServiceSandbox extends OciSandbox implements ServiceSandbox {
  readonly name: string
  readonly needs: readonly string[]
  private readonly service: ServiceRecord

  constructor(context: SandboxContext, record: SandboxRecord, service: ServiceRecord, parts: SandboxParts) {
    super(context, record, parts)
    this.name = service.name
    this.needs = service.needs
    this.service = service
  }

  async startService(deadline: Date, from: number): Promise<Starting> {
    const { runtime, record, service } = this
    const { program: image } = record.image
    const root = this.unstarted('startService').staged(staged.root)
    const program = await serviceProgram(service, image, async (path) =>
      (await readFromView(root, path, mostOfFile))?.toString(),
    )
    const workingDirectory = image?.workingDirectory ?? '/'
    const running = await this.begin({ script: '', env: service.env, workingDirectory, deadline }, program)
    return {
      service,
      ports: image?.ports ?? [],
      running,
      untilListening: (port, signal) =>
        runtime.ownNetworkStack
          ? untilConnected(from, service.address, port, signal)
          : untilListening(() => this.monitor(), port, signal),
      passes: (script, signal) => this.passes(['sh', '-c', script], program, signal),
    }
  }

  async stopService(running: Running): Promise<Exit> {
    const { stop } = this.service
    if (!(await running.hasEnded()))
      await this.runtime.signal(this.target, stop.signal ?? this.record.image.program?.stopSignal ?? 'SIGTERM')
    const over = new AbortController()
    const late = sleep(stop.seconds * 1000, 'late', { signal: over.signal })
    try {
      if ((await Promise.race([running.exited(), late])) === 'late') await running.kill('SIGKILL')
      return await running.exited()
    } finally {
      over.abort()
    }
  }

  private async passes(args: readonly string[], { user }: ServiceProgram, signal: AbortSignal): Promise<boolean> {
    const { groups } = this.record
    const monitor = this.monitor()
    // The process id may have been reused.
    if (groups.flavour !== 'pid' && !(await processesOf(groups.monitor)).includes(monitor)) return false
    const [name, ...rest] = this.runtime.add(this.target, { args, user, monitor, join: groups.join })
    const child = spawn(name, rest, { stdio: 'ignore', env: helperEnvironment, signal })
    const [code] = await once(child, 'close')
    return code === 0
  }

  /**
   * Returns the process id of the service's monitor; 0 until it is known. The process that records
   * it may still wait for the processor when the service has begun.
   */
  private monitor(): number {
    const { flavour, top } = this.record.groups
    return Number(readIfPresent(flavour === 'pid' ? join(top, 'first') : this.files.monitorPid) ?? 0)
  }
}
