import type { Trigger } from '../triggers/trigger.ts'

/** What the check of a pipeline's build is called; those of a commit's push and pull request are told apart. */
export function checkName(slug: string, triggers: readonly Trigger[], isPullRequest: boolean): string {
  const hasBoth = ['push', 'pull_request'].every((event) => triggers.some((trigger) => trigger.event === event))
  return `harmont/${slug}${isPullRequest && hasBoth ? ' (pull request)' : ''}`
}
