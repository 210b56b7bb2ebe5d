/** What a person has typed and not sent yet: a reload that nobody asked for must not lose it. */
const touched = new Set<HTMLInputElement | HTMLTextAreaElement>()

/** Notes from now on what is typed. */
export function watchInput(): void {
  document.addEventListener('input', ({ target }) => {
    const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    // A search is in the address, or soon typed again.
    if (isText && target.type !== 'search' && target.dataset.search === undefined) touched.add(target)
  })
}

/** Whether a reload would lose something. */
export function hasUnsentInput(): boolean {
  for (const field of touched) if (!field.isConnected) touched.delete(field)
  return [...touched].some(({ value }) => value.trim() !== '')
}
