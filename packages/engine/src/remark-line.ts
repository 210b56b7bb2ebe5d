/** A remark as the log keeps it: whole lines, the last one ended once, so that what follows begins a line of its own. */
export function remarkLine(text: string): string {
  return `${text.replace(/\n+$/, '')}\n`
}
