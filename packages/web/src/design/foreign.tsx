import { showInvisible } from './foreign-text.ts'

/** A text from outside, isolated for direction (web X4). */
export function Foreign({ text }: { readonly text: string }) {
  return <bdi className="foreign">{showInvisible(text)}</bdi>
}
