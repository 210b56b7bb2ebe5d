import { useEmoji } from '../text/emoji.ts'
import { showInvisible } from '../text/escape.ts'

/** A text from outside, isolated for direction (web X4), with codes of emoji drawn. */
export function IsolatedText({ text }: { readonly text: string }) {
  return <bdi className="isolated">{useEmoji(showInvisible(text))}</bdi>
}
