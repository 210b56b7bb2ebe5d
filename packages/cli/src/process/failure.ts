import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { inspect } from 'node:util'
import { type ExitCode, exits, HmError } from '../errors.ts'
import { inertText, jsonFor } from '../terminal/inert.ts'
import type { Output } from '../terminal/output.ts'
import { version } from '../version.ts'
import { systemFailure } from './system-failure.ts'

/**
 * Reports an error and returns the exit code. Any error that is neither an HmError nor a disk
 * problem is a defect of `hm`.
 */
export function reportFailure(error: unknown, output: Output, asJson: boolean, where: ReportPlace): ExitCode {
  const known = knownFailure(error, where)
  output.debug(`failed: ${inspect(error)}`)
  if (asJson) {
    const { code, message, fix, requestId } = known
    output.stderr.stream.write(`${jsonFor(output.stderr, { error: { code, message, fix, request_id: requestId } })}\n`)
    return known.exit
  }
  if (known.exit === exits.canceled || known.exit === exits.terminated) {
    output.say(known.message)
    return known.exit
  }
  const { style } = output.stderr
  const id = known.requestId === undefined ? '' : ` (request ${inertText(known.requestId)})`
  output.stderr.stream.write(
    `${style(['red', 'bold'], `error[${inertText(known.code)}]:`)} ${inertText(known.message)}${id}\n`,
  )
  if (known.fix !== undefined) output.stderr.stream.write(`${style('bold', 'fix:')} ${inertText(known.fix)}\n`)
  return known.exit
}

/**
 * Converts an error to one that the user can act on. For a defect of `hm`, writes a report file.
 */
export function knownFailure(error: unknown, where: ReportPlace): HmError {
  return error instanceof HmError ? error : (systemFailure(error, where.cacheDirectory) ?? defect(error, where))
}

export interface ReportPlace {
  readonly cacheDirectory: string
  /** The command's words; never flags or arguments, which may hold secrets. */
  readonly command: string
}

function defect(error: unknown, place: ReportPlace): HmError {
  const report = [
    `hm ${version}, Node.js ${process.versions.node}, ${process.platform} ${process.arch}`,
    `command: hm ${place.command}`,
    `time: ${new Date().toISOString()}`,
    '',
    inspect(error, { depth: 5 }),
    '',
  ].join('\n')
  const message = `this is a bug in hm: ${error instanceof Error ? error.message : String(error)}`
  try {
    const directory = join(place.cacheDirectory, 'reports')
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const file = join(directory, `${new Date().toISOString().replaceAll(':', '-')}-${process.pid}.txt`)
    writeFileSync(file, report, { mode: 0o600, flag: 'wx' })
    return new HmError(exits.defect, 'defect', message, {
      fix: `send the report ${file} to the maintainers of hm`,
      cause: error,
    })
  } catch (unwritable) {
    process.stderr.write(report)
    const why = unwritable instanceof Error ? unwritable.message : String(unwritable)
    return new HmError(exits.defect, 'defect', message, {
      fix: `the report is above; it could not be saved (${why})`,
      cause: error,
    })
  }
}
