/** Returns a remark in the form of the log: complete lines with a single final line break. */
export function remarkLine(text: string): string {
  return `${text.replace(/\n+$/, '')}\n`
}
