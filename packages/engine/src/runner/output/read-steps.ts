import type { StepFile } from '@harmont/ir'
import type { OutputFiles, Sandbox } from '@harmont/sandbox'
import { type LeftSteps, largestSteps, mostStepFiles } from '../../step-output.ts'
import { Abandoned, LeaseLost } from '../held-lease.ts'
import type { JobContext } from '../job-context.ts'

const directory = 'steps'

/**
 * Returns the step documents in the output directory of a generator's ended command, with secrets
 * masked. Either all documents count or none, so a single unreadable one is an error of all.
 */
export async function readSteps(context: JobContext, sandbox: Sandbox): Promise<LeftSteps> {
  const { log, options, lease } = context
  try {
    return await readAll(await sandbox.outputFiles(), (text) => log.masked(text))
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof Abandoned) throw error
    options.log('error', `job ${lease.job.jobId}: could not read its step documents`, error)
    return unreadable('The step documents in $HARMONT_OUTPUT could not be read.')
  }
}

async function readAll(output: OutputFiles, masked: (text: string) => string): Promise<LeftSteps> {
  if (!output.complete) return unreadable('Some files of the step in $HARMONT_OUTPUT are lost.')
  const names = await listed(output)
  if (names === undefined) return unreadable('`$HARMONT_OUTPUT/steps` is no directory.')
  const documents = names.filter((name) => name.endsWith('.json'))
  if (documents.length > mostStepFiles)
    return unreadable(`It left ${documents.length} documents of steps; at most ${mostStepFiles} are read.`)
  const files: StepFile[] = []
  let room = largestSteps
  for (const name of documents) {
    const shown = masked(name)
    const bytes = await readOne(output, `${directory}/${name}`, room)
    if (bytes === undefined)
      return unreadable(
        `${JSON.stringify(`${directory}/${shown}`)} is no file, or with it the documents of steps have more than ${largestSteps} bytes.`,
      )
    room -= bytes.length
    files.push({ name: shown, text: masked(bytes.toString('utf8')) })
  }
  return { kind: 'files', files }
}

function unreadable(problem: string): LeftSteps {
  return { kind: 'unreadable', problem }
}

async function listed(output: OutputFiles): Promise<readonly string[] | undefined> {
  try {
    return await output.list(directory)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return undefined
  }
}

async function readOne(output: OutputFiles, path: string, room: number): Promise<Buffer | undefined> {
  try {
    return await output.read(path, room)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return undefined
  }
}
