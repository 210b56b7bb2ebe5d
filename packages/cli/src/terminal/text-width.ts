import stringWidth from 'string-width'

const plain = /^[\x20-\x7e]*$/
const segmenter = new Intl.Segmenter()

/** Columns that the text takes on a terminal. */
export function widthOf(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text)
}

/** The text, or its beginning and the mark, in at most this many columns. */
export function fit(text: string, width: number, mark: string): string {
  if (width <= 0) return ''
  // So many marks on so few letters are no text; and what is cut off need not be measured.
  const start = text.length > width * 16 ? text.slice(0, width * 16).toWellFormed() : text
  if (start === text && widthOf(text) <= width) return text
  const room = width - widthOf(mark)
  let kept = ''
  let used = 0
  for (const { segment } of segmenter.segment(start)) {
    used += widthOf(segment)
    if (used > room) break
    kept += segment
  }
  return room < 0 ? '' : kept + mark
}

/** Filled up with blanks to this many columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
