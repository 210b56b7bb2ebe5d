import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'
import { projectName, slugFor, slugForm } from '../project/project-name.ts'

const form = 'a slug has lower-case letters, digits and dashes, begins with a letter, and is at most 64 long'

/** The slug of the pipeline to write: `--slug`, else what the project is called, which may be changed on a terminal. Throws exit 2 for what is none. */
export async function chooseSlug(
  { directory, flags, ask }: Pick<Context<'init'>, 'directory' | 'flags' | 'ask'>,
  repository: string | null,
): Promise<string> {
  const slug =
    flags.slug ??
    (await ask.text({
      message: 'What is the pipeline called? Servers show it among those of other projects.',
      default: slugFor(projectName(directory, repository)),
      flag: '--slug SLUG',
      validate: (typed) => (slugForm.test(typed) ? undefined : form),
    }))
  if (!slugForm.test(slug)) throw usageError(`--slug ${JSON.stringify(slug)}: ${form}`)
  return slug
}
