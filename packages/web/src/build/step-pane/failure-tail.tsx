import { Foreign } from '../../design/isolated-text.tsx'

/** Shows the last lines of a step of which no line looks like an error (web B3). The log opens at the same ones; here they are read without it. */
export function FailureTail({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null
  return (
    <details>
      <summary className="w-fit">{lines.length === 1 ? 'Last line' : `Last ${lines.length} lines`}</summary>
      <pre className="overflow-x-auto py-1 font-log text-13">
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          <span key={index} className="block whitespace-pre">
            <Foreign text={withoutColours(line)} />
          </span>
        ))}
      </pre>
    </details>
  )
}

/** The log plays escape sequences; here they would only be in the way. */
function withoutColours(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they are
  return line.replace(/\x1b\[[0-9;:]*[a-zA-Z]/g, '')
}
