/**
 * How well a text answers what was typed, from 0 (not at all) to 1: every word of it must be found, best as a whole, then at the start of a word, then inside
 * of one, then as letters in this order.
 */
export function matchOf(text: string, typed: string): number {
  const [where, words] = [text.toLowerCase(), wordsOf(typed)]
  if (words.length === 0) return 1
  const scores = words.map((word) => scoreOf(where, word))
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length
}

function scoreOf(where: string, word: string): number {
  if (where === word) return 1
  const at = where.indexOf(word)
  if (at === 0) return 0.9
  if (at > 0) return startsAWord(where, word) ? 0.8 : 0.6
  return word.length > 1 && hasInOrder(where, word) ? 0.2 : 0
}

function startsAWord(where: string, word: string): boolean {
  for (let at = where.indexOf(word); at !== -1; at = where.indexOf(word, at + 1))
    if (!/[\p{L}\p{N}]/u.test(where[at - 1] ?? ' ')) return true
  return false
}

function hasInOrder(where: string, letters: string): boolean {
  let from = 0
  for (const letter of letters) {
    const at = where.indexOf(letter, from)
    if (at === -1) return false
    from = at + 1
  }
  return true
}

function wordsOf(typed: string): readonly string[] {
  return typed
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
}
