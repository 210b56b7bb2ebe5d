import type { Exit, Running, Sandbox } from '@harmont/sandbox'
import { vanished } from '../core/exit.ts'
import type { RenderResult, RenderWork } from '../port.ts'
import { remarkImage, resolveImage } from './base.ts'
import { followCommand, type Started, startCommand } from './follow-command.ts'
import { asOutcome, finish, type JobContext, provisionFailure } from './job-context.ts'
import type { Renderer } from './options.ts'
import { provision } from './provision.ts'
import { sandboxId, sandboxNote } from './sandbox-note.ts'

const limits = { cpu: 2, memoryBytes: 1024 ** 3, diskBytes: 2 * 1024 ** 3, pids: 1_024 }
const maxOutputBytes = 16 * 1024 * 1024
/** Maximum length of the error that a build shows. */
const errorCharacters = 4_000

/**
 * Renders a pipeline in a separate sandbox with source and SDKs, but no network and no secrets
 * (`engine.md` 2).
 */
export async function runRender(context: JobContext, work: RenderWork): Promise<void> {
  const { lease, options, phases } = context
  const { renderer } = options
  let sandbox: Sandbox
  let started: Started
  if (renderer === null)
    return finish(context, {
      kind: 'refused',
      code: 'provision_failed',
      message: 'This runner does not render pipelines.',
    })
  try {
    phases.begin('fetch')
    const image = await resolveImage(context, renderer.image)
    remarkImage(context, image)
    const { job } = lease
    sandbox = await provision(context, {
      id: sandboxId(job),
      label: sandboxNote(job),
      base: { image },
      limits,
      share: job.queue,
      network: 'none',
      readOnlyMounts: await renderer.mounts(),
    })
    context.hold(sandbox)
    if (lease.stopReason !== null) return await finish(context, vanished)
    started = await startCommand(context, sandbox, {
      script: renderer.command(work.slug),
      env: { HOME: '/root', ...job.buildEnv, ...job.injectedEnv, ...renderer.env },
    })
  } catch (error) {
    return finish(context, await provisionFailure(context, error))
  }
  await endRender(context, sandbox, started)
}

/** Follows a rendering to its end and reports the result. Then destroys its sandbox. */
export async function endRender(context: JobContext, sandbox: Sandbox, started: Started): Promise<void> {
  const { lease, options, log, report } = context
  const exit = await followCommand(context, started)
  if (options.disk.wasExhaustedSince(started.running.startedAt) && exit.code !== 0) {
    // A failure on a full disk says nothing about the pipeline.
    const blame = 'The disk of the machine filled up while the pipeline was rendered.'
    return finish(context, { ...vanished, blame }, exit.endedAt)
  }
  const result = await readResult(sandbox, started.running, exit, options.renderer)
  if (result === null) return finish(context, asOutcome(exit), exit.endedAt)
  await log.settled()
  await report(() => options.port.rendered(lease.job, exit.endedAt, result))
}

/** Returns the result of a rendering; null when it was ended from outside. */
async function readResult(
  sandbox: Sandbox,
  running: Running,
  { code, signal, limit }: Exit,
  renderer: Renderer | null,
): Promise<RenderResult | null> {
  if (renderer === null || code === null || signal !== null || limit !== null) return null
  if (code !== 0) {
    const words = (await lastWords(running)) || `Rendering exited with code ${code} and printed nothing.`
    return { ok: false, code: 'render_failed', message: words }
  }
  try {
    const ir = await sandbox.readFile(renderer.outputPath, maxOutputBytes)
    if (ir !== undefined) return { ok: true, ir: ir.toString('utf8') }
    return { ok: false, code: 'render_failed', message: 'Rendering succeeded but produced no pipeline.' }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { ok: false, code: 'render_failed', message: `The rendered pipeline cannot be read: ${why}.` }
  }
}

/**
 * Returns the end of the command's stderr. Reads the output from its start, because an earlier
 * process may have stored a part, and any amount of stdout may follow.
 */
async function lastWords(running: Running): Promise<string> {
  let tail = Buffer.alloc(0)
  for await (const { stream, bytes } of running.output(0)) {
    // A character has at most 4 bytes.
    if (stream === 'stderr') tail = Buffer.concat([tail, bytes]).subarray(-4 * errorCharacters)
  }
  return [...tail.toString('utf8').trim()].slice(-errorCharacters).join('')
}
