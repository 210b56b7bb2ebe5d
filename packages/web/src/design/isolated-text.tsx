import { useEmoji } from '../text/emoji.ts'
import { showInvisible } from '../text/escape.ts'

/** Shows external text, isolated for direction (web X4), with emoji codes drawn. */
export function IsolatedText({ text }: { readonly text: string }) {
  return <bdi className="isolated">{useEmoji(showInvisible(text))}</bdi>
}
