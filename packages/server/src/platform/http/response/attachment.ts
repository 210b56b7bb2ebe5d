/**
 * Returns the `Content-Disposition` of a download (RFC 6266): a name that any file system accepts,
 * and the full name for clients that support RFC 8187. Neither contains a path.
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
