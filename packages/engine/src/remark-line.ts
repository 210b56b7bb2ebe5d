/** Returns a remark as the log keeps it: complete lines, the last one ended once. */
export function remarkLine(text: string): string {
  return `${text.replace(/\n+$/, '')}\n`
}
