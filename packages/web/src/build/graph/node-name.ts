/** What a step is called: its name, else its key, else its command. */
export function nameOf(step: {
  readonly name?: string | null
  readonly step_key?: string | null
  readonly command?: string | null
}): string {
  return step.name ?? step.step_key ?? step.command ?? 'step'
}
