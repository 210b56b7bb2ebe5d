/** Returns the addresses of the raw log (web L19). The server names the file. */
export function downloadLinks(jobId: string): {
  readonly raw: string
  readonly download: string
  readonly plain: string
} {
  const raw = `/v0/jobs/${encodeURIComponent(jobId)}/logs.txt`
  return { raw, download: `${raw}?download=1`, plain: `${raw}?plain=1&download=1` }
}
