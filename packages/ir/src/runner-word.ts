/** Returns whether a text is the name of a pool or a label of runners. */
export function isRunnerWord(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(text)
}
