/** What a downloaded log is called after. */
export interface LogName {
  readonly organization: string
  readonly pipeline: string
  readonly number: number
  /** null: the job that renders the pipeline. */
  readonly step: string | null
  readonly attempt: number
}

const longestStep = 120

/** `Content-Disposition` of a download (RFC 6266): a name that any file system takes, and the whole one for who reads RFC 8187. */
export function disposition({ organization, pipeline, number, step, attempt }: LogName): string {
  const key = (step ?? 'render').slice(0, longestStep).toWellFormed()
  const name = `${organization}-${pipeline}-${number}-${key}-${attempt}.log`
  const plain = name.replace(/[^A-Za-z0-9._-]/g, '_')
  return plain === name
    ? `attachment; filename="${name}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${encoded(name)}`
}

/** A key is no path, whatever it is made of. */
function encoded(name: string): string {
  return encodeURIComponent(name.replaceAll(/[/\\\p{C}]/gu, '_')).replace(/['()*]/g, hex)
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
