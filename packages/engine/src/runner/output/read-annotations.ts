import type { OutputFiles, Sandbox } from '@harmont/sandbox'
import { type Annotation, type AnnotationStyle, largestAnnotation, mostAnnotationsPerStep } from '../../step-output.ts'
import { Abandoned, LeaseLost } from '../held-lease.ts'
import type { JobContext } from '../job-context.ts'

const longestName = 100
/** Maximum number of files that a remark names. */
const mostNamed = 10

/**
 * Returns the annotations in the output directory of a step's ended command, with secrets masked.
 * Invalid annotations are left out with a remark in the log, and do not change the outcome.
 */
export async function readAnnotations(context: JobContext, sandbox: Sandbox): Promise<readonly Annotation[]> {
  const { log, options, lease } = context
  try {
    const files = await sandbox.outputFiles()
    const { annotations, left } = await readAll(files, (text) => log.masked(text))
    if (!files.complete) log.remark('some files of the step in $HARMONT_OUTPUT are lost')
    if (left.length > 0) log.remark(`annotations left out: ${listOf(left)}`)
    return annotations
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof Abandoned) throw error
    options.log('error', `job ${lease.job.jobId}: could not read the files in its output directory`, error)
    log.remark('could not read the files of the step in $HARMONT_OUTPUT')
    return []
  }
}

interface Found {
  readonly path: string
  readonly name: string
  readonly style: AnnotationStyle
}

async function readAll(
  files: OutputFiles,
  masked: (text: string) => string,
): Promise<{ readonly annotations: readonly Annotation[]; readonly left: readonly string[] }> {
  const { found, left } = await find(files)
  const annotations: Annotation[] = []
  for (const { path, name, style } of found) {
    const because = (why: string) => left.push(`${JSON.stringify(path)} ${why}`)
    if (annotations.length === mostAnnotationsPerStep) {
      because(`exceeds the limit of ${mostAnnotationsPerStep} annotations`)
      continue
    }
    try {
      const bytes = await files.read(path, largestAnnotation)
      if (bytes === undefined) continue
      // Masks, and replacements of bytes that are not UTF-8, may be longer than the original text.
      const markdown = masked(bytes.toString('utf8'))
      if (Buffer.byteLength(markdown) > largestAnnotation) because('is too large')
      else if (markdown.trim() !== '') annotations.push({ name: masked(name), style, markdown })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      because(`is not a file of at most ${largestAnnotation} bytes`)
    }
  }
  return { annotations, left }
}

/** Returns the annotation files in order, and the reasons for leaving out the others. */
async function find(files: OutputFiles): Promise<{ readonly found: readonly Found[]; readonly left: string[] }> {
  const found: Found[] = [{ path: 'summary.md', name: 'summary', style: 'summary' }]
  const left: string[] = []
  let names: readonly string[]
  try {
    names = await files.list('annotations')
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return { found, left: ['"annotations" is no directory'] }
  }
  for (const file of names) {
    const path = `annotations/${file}`
    const [, name, style = 'info'] = /^(.+?)(?:\.(error|warning|success))?\.md$/su.exec(file) ?? []
    if (name === undefined) left.push(`${JSON.stringify(path)} does not end with .md`)
    else if ([...name].length > longestName || /[\p{C}\p{Zl}\p{Zp}\uFFFD]/u.test(name))
      left.push(
        `${JSON.stringify(path)} has a name with unprintable characters or with more than ${longestName} characters`,
      )
    else found.push({ path, name, style: style as AnnotationStyle })
  }
  return { found, left }
}

function listOf(left: readonly string[]): string {
  const more = left.length - mostNamed
  return left
    .slice(0, mostNamed)
    .concat(more > 0 ? [`and ${more} more`] : [])
    .join('; ')
}
