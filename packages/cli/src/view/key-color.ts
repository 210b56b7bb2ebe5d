/** Those of the 16 that are readable on light and dark, and say neither failure nor success. */
const colors = ['cyan', 'magenta', 'blue', 'yellow', 'cyanBright', 'magentaBright', 'blueBright'] as const

/** The colour of a step's key: the same in every run. */
export function keyColor(key: string): (typeof colors)[number] {
  let hash = 0
  for (let at = 0; at < key.length; at += 1) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) >>> 0
  return colors[hash % colors.length] ?? 'cyan'
}
