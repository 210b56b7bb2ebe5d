/**
 * Returns the `Content-Disposition` of a download (RFC 6266): a name that any file system takes,
 * and the whole name for clients that read RFC 8187. Neither is a path, whatever `name` is.
 */
export function attachment(name: string): string {
  const whole = name.toWellFormed()
  const plain = whole.replace(/[^A-Za-z0-9._-]/g, '_')
  return plain === whole
    ? `attachment; filename="${plain}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${encoded(whole)}`
}

function encoded(name: string): string {
  return encodeURIComponent(name.replaceAll(/[/\\\p{C}]/gu, '_')).replace(/['()*]/g, hex)
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
