const sheet = /<link rel="stylesheet"[^>]*\shref="([^"]+)"[^>]*>/g

/**
 * Puts the style sheets of the shell into it: what paints first waits for no second answer. A sheet that is not there, or would end its element, stays a link.
 */
export function inlineStyles(shell: string, textOf: (path: string) => string | null): string {
  return shell.replace(sheet, (link, path: string) => {
    const css = textOf(path)
    return css === null || /<\/style/i.test(css) ? link : `<style nonce="__NONCE__" data-sheet="${path}">${css}</style>`
  })
}
