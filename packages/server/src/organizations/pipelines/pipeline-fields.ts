import { FieldErrors } from '../../platform/input/field-errors.ts'

export const longestPipelineSlug = 100
/** The form of a pipeline's name inside its repository. */
export const sourceSlugForm = /^[a-z][a-z0-9-]{0,63}$/

/** The rules of a pipeline's members, the same when it is made and when it is changed. */
export class PipelineErrors extends FieldErrors {
  name(name: string): void {
    this.length('name', name, 1, 255)
  }

  description(description: string | null): void {
    if (description !== null) this.length('description', description, 0, 10_000)
  }

  defaultBranch(branch: string): void {
    this.length('default_branch', branch, 1, 255)
  }

  repoName(repoName: string | null): void {
    if (repoName !== null) this.length('repo_name', repoName, 1, 1024)
  }

  protectedBranches(globs: readonly string[]): void {
    if (globs.length > 100) this.add('protected_branches', `must have at most 100 globs; got ${globs.length}`)
    for (const glob of globs) this.length('protected_branches', glob, 1, 255)
  }

  sourceSlug(sourceSlug: string | null): void {
    if (sourceSlug !== null && !sourceSlugForm.test(sourceSlug))
      this.add('source_slug', `must match ${sourceSlugForm.source}; got \`${sourceSlug.slice(0, 80)}\``)
  }
}
