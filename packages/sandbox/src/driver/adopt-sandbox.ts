import { sandboxFiles } from '../layout/layout.ts'
import { hasStateDirectory } from '../layout/state-directory.ts'
import { OciService } from '../services/oci-service.ts'
import { bootId } from '../system/clock.ts'
import { readIfPresent } from '../system/files.ts'
import { ensureWatchdog } from '../watchdog/watchdog.ts'
import { hasEnded, isBegun } from './begun.ts'
import { forgetConfig } from './cleanup.ts'
import { readRecord, type SandboxRecord, type StartRecord } from './record.ts'
import { OciSandbox } from './sandbox.ts'
import type { SandboxContext } from './sandbox-context.ts'
import { OciServiceSandbox } from './service-sandbox.ts'

/**
 * Adopts a sandbox of an earlier process with its services: all together or not at all. Returns
 * undefined if nothing usable remains.
 */
export async function adoptSandbox(context: SandboxContext, id: string): Promise<OciSandbox | undefined> {
  const services: OciService[] = []
  for (const each of readRecord(sandboxFiles(context.layout.sandboxes, id).record)?.services ?? []) {
    const service = await adoptService(context, each)
    if (service === undefined) return undefined
    services.push(service)
  }
  const found = await findBegun(context, id)
  if (found === undefined) return undefined
  const { record, start } = found
  if (record.share !== undefined) context.shares.add(id, record.share, record.groups, false)
  return new OciSandbox(context, record, { start, services })
}

async function adoptService(context: SandboxContext, id: string): Promise<OciService | undefined> {
  const found = await findBegun(context, id)
  if (found?.record.service === undefined) return undefined
  const { record, start } = found
  const sandbox = new OciServiceSandbox(context, record, found.record.service, { start })
  return new OciService(sandbox, await sandbox.running())
}

interface Begun {
  readonly record: SandboxRecord
  readonly start: StartRecord
}

/** Returns a sandbox of this boot whose command has begun and whose outcome can be determined. */
async function findBegun({ layout }: SandboxContext, id: string): Promise<Begun | undefined> {
  const files = sandboxFiles(layout.sandboxes, id)
  const record = readRecord(files.record)
  const started = readIfPresent(files.started)
  // Without a started command there was only a launcher, which died with its driver. Nothing
  // remains after a reboot.
  if (record === undefined || started === undefined || record.bootId !== bootId) return undefined
  // The start was recorded but never sent.
  if (!(await isBegun(files, record))) return undefined
  const ended = hasEnded(files)
  // The outcome cannot be determined.
  if (!ended && !hasStateDirectory(files)) return undefined
  // The starting process may have died before removing it. No command runs before the runtime has
  // read its configuration.
  const isRead = ended || readIfPresent(files.sync)?.endsWith('\n') === true
  if (isRead && record.service === undefined) forgetConfig(layout, id)
  if (!ended) await ensureWatchdog(layout)
  return { record, start: JSON.parse(started) as StartRecord }
}
