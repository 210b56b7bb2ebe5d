import type { Context } from '../context.ts'
import { type ExitCode, exits } from '../errors.ts'
import { buildAddress } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { bytes } from '../terminal/amounts.ts'
import type { Output } from '../terminal/output.ts'
import { minute, printTable } from '../terminal/table.ts'
import { localArtifacts } from './local-artifacts.ts'
import { ofLastAttempts, type ServerArtifact, serverArtifacts } from './server-artifacts.ts'
import { artifactTarget, type LocalTarget } from './target.ts'

/** `hm artifact list`: lists artifacts of a local run, or of a build of the server. */
export async function list(context: Context<'artifact list'>): Promise<ExitCode> {
  const target = await artifactTarget(context)
  return target === null ? listOfServer(context) : listOfRun(context, target)
}

const listOfServer = signedIn<'artifact list'>(async (context, session) => {
  const { output, flags, global } = context
  const address = await buildAddress(context, session, flags)
  const data = await serverArtifacts(session, address, context)
  if (global.json) await output.json({ data })
  else await printArtifacts(output, data.map(serverRow(data)))
  return exits.ok
})

function serverRow(data: readonly ServerArtifact[]) {
  const last = new Set(ofLastAttempts(data))
  return (artifact: ServerArtifact): readonly string[] => {
    const { step_key: step, attempt, path, bytes: size, sha256, expires_at, expired_at } = artifact
    const expires = expired_at === null ? minute(expires_at) || 'kept' : 'expired'
    const left = last.has(artifact) ? step : `${step} (attempt ${attempt})`
    return [path, left, bytes(size), sha256.slice(0, 12), expires]
  }
}

async function listOfRun({ output, global }: Context<'artifact list'>, target: LocalTarget): Promise<ExitCode> {
  const data = await localArtifacts(target)
  if (global.json)
    await output.json({
      data: data.map(({ step, path, kind, bytes, sha256 }) => ({ step_key: step, path, kind, bytes, sha256 })),
    })
  else
    await printArtifacts(
      output,
      data.map(({ step, path, bytes: size, sha256 }) => [path, step, bytes(size), sha256.slice(0, 12)]),
    )
  return exits.ok
}

async function printArtifacts(output: Output, rows: readonly (readonly string[])[]): Promise<void> {
  if (rows.length === 0) output.say('no step left artifacts')
  const headings = ['PATH', 'STEP', 'SIZE', 'SHA-256', 'EXPIRES']
  await printTable(output, headings.slice(0, rows[0]?.length), rows)
}
