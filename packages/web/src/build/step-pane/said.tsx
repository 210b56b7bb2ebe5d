import { Foreign } from '../../design/isolated-text.tsx'

/** A sentence of the server's: what stands between backticks is a name or code. */
export function Said({ text }: { readonly text: string }) {
  const pieces = text.split(/`([^`]*)`/)
  return (
    <>
      {pieces.map((piece, index) =>
        index % 2 === 0 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
          <Foreign key={index} text={piece} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
          <code key={index} className="font-mono text-[0.95em]">
            <Foreign text={piece} />
          </code>
        ),
      )}
    </>
  )
}
