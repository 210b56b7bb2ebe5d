const names: Readonly<Record<string, string>> = {
  Escape: 'Esc',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  ' ': 'Space',
}

/** Shows keys as on a keyboard: `g p` in sequence, `Mod+k` together. */
export function Keys({ keys }: { readonly keys: string }) {
  const presses = keys === ' ' ? [keys] : keys.split(' ')
  return (
    <span className="inline-flex items-baseline gap-1 whitespace-nowrap">
      {presses.map((press, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: keys have no identity besides their order
        <kbd key={index} className="rounded-small border border-edge bg-raised px-1.5 font-sans text-12">
          {nameOfKey(press)}
        </kbd>
      ))}
    </span>
  )
}

function nameOfKey(press: string): string {
  const [, key] = /^Mod\+(.+)$/.exec(press) ?? []
  if (key === undefined) return names[press] ?? press
  const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)
  return `${isApple ? '⌘' : 'Ctrl'} ${names[key] ?? key.toUpperCase()}`
}
